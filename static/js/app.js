/**
 * What every page does, which works without it. What a page has beyond (`<haggle-room>`,
 * `<haggle-gallery>`, …) comes with it in the script of the page's kind (`pages/`), so that it is there
 * with the page: before anybody presses Enter in it.
 */
import { showMore } from "./catalog/show_more.js";
import { suggestions } from "./catalog/suggestions.js";
import { showOnIcon } from "./lib/app_badge.js";
import { autosubmit } from "./lib/autosubmit.js";
import { busy } from "./lib/busy.js";
import { offerInstall } from "./lib/install_offer.js";
import { makeRoomForKeyboard } from "./lib/keyboard.js";
import { sameSession } from "./lib/same_session.js";
import { localTimes, markDays } from "./lib/time.js";
import { showCurrentTab } from "./lib/tabs.js";
import { toChat } from "./lib/to_chat.js";
import { startWorker } from "./lib/worker.js";

document.documentElement.classList.add("js");
showWhenKept();
sameSession();
autosubmit();
busy();
showCurrentTab();
showMore();
suggestions();
toChat();
localTimes();
makeRoomForKeyboard();
offerInstall();
startWorker();
if (!document.documentElement.dataset.account) showOnIcon(0);
const refresh = () => {
  if (document.hidden) return;
  localTimes();
  markDays();
};
setInterval(refresh, 60_000);
document.addEventListener("visibilitychange", refresh);

/** A copy from this device, shown by the service worker, says of when it is. */
function showWhenKept() {
  const { kept } = document.documentElement.dataset;
  const note = document.querySelector("[data-kept-note]");
  if (!kept || !note) return;
  note.querySelector("time")?.setAttribute("datetime", kept);
  note.removeAttribute("hidden");
}
