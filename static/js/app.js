/**
 * The script of every page, which works without it. What a page has beyond (`<haggle-room>`,
 * `<haggle-gallery>`, …) brings its own script from its template, so that it is there with the page:
 * before anybody presses Enter in it.
 */
import { autosubmit } from "./lib/autosubmit.js";
import { busy } from "./lib/busy.js";
import { sameSession } from "./lib/same_session.js";
import { localTimes, markDays } from "./lib/time.js";
import { toChat } from "./lib/to_chat.js";

document.documentElement.classList.add("js");
sameSession();
autosubmit();
busy();
toChat();
localTimes();
const refresh = () => {
  if (document.hidden) return;
  localTimes();
  markDays();
};
setInterval(refresh, 60_000);
document.addEventListener("visibilitychange", refresh);
