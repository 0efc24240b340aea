/** Unread counts, wherever they are shown: badges in the navigation and in rows, the window's title, the app's icon. */
import { showOnIcon } from "../../lib/app_badge.js";

const MAX_SHOWN = 99;
/** The window's title as the server wrote it: a product may be called "(2) Garden chairs". */
let title = "";

const short = (/** @type {number} */ count) => (count > MAX_SHOWN ? `${MAX_SHOWN}+` : String(count));

/** @param {Element | null} badge hidden at nought @param {number} count */
export function showCount(badge, count) {
  if (!(badge instanceof HTMLElement)) return;
  badge.textContent = short(count);
  badge.hidden = count === 0;
}

/** @param {number} total all that is unread */
export function showTotal(total) {
  for (const badge of document.querySelectorAll("[data-unread]")) {
    badge.setAttribute("data-unread", String(total));
    showCount(badge, total);
  }
  showOnIcon(total);
  title ||= document.title;
  const counted = total > 0 ? `(${short(total)}) ${title}` : title;
  if (document.title !== counted) document.title = counted;
}
