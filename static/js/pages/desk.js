/** The script of a member's forms and settings. */
import "./member.js";
import "../accounts/passkeys.js";
import "../accounts/copy_secret.js";
import "../notices/settings.js";
import "../products/photo_order.js";
import "../products/photo_picker.js";
import "../products/shared_photos.js";
