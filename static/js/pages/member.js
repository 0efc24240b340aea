/** The script of pages for somebody signed in: one for all, so that it is there when a conversation is opened. */
import "../app.js";
import "../notices/bell.js";
import "../chat/inbox/inbox.js";
import "../chat/room.js";
import "../products/gallery.js";
