/**
 * The one script of every page. Pages work without it; it loads what the page at hand can use.
 *
 * `FEATURES` is the table of what there is: a selector, and the module that serves what it finds.
 */
import { autosubmit } from "./lib/autosubmit.js";
import { busy } from "./lib/busy.js";
import { localTimes } from "./lib/time.js";
import { toChat } from "./lib/to_chat.js";

/** @type {Array<[selector: string, load: () => Promise<unknown>]>} */
const FEATURES = [
  ["haggle-room", () => import("./chat/room.js")],
  ["haggle-inbox", () => import("./chat/inbox.js")],
  ["haggle-gallery", () => import("./products/gallery.js")],
  ["haggle-photo-order", () => import("./products/photo_order.js")],
  ["haggle-photo-picker", () => import("./products/photo_picker.js")],
];

function enhance() {
  for (const [selector, load] of FEATURES) {
    if (document.querySelector(selector)) load().catch(reportError);
  }
  localTimes();
}

document.documentElement.classList.add("js");
autosubmit();
busy();
toChat();
enhance();
document.addEventListener("htmx:after:swap", enhance);
setInterval(() => document.hidden || localTimes(), 60_000);
document.addEventListener("visibilitychange", () => document.hidden || localTimes());
