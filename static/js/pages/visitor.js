/** The script of pages for somebody who isn't signed in. The program joins it with all that it imports. */
import "../app.js";
import "../products/gallery.js";
import "../accounts/passkeys.js";
