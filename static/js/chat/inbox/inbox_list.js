/**
 * Partial page refresh: requests the same page again and takes only the list of conversations from
 * it. Keyboard focus inside the list stays where it was.
 */
import { localTimes } from "../../lib/time.js";
import { tellWorker } from "../../lib/worker.js";
import * as buyerSelect from "./buyer_select.js";

const LIST = "[data-inbox-list]";

/** Whether anything on this page is taken from there. */
export const isListed = () => document.querySelector(LIST) !== null || buyerSelect.isPresent();

/** @returns {Promise<number | null>} the total of unread, null where the page couldn't be had */
export async function refreshList() {
  const url = document.querySelector(LIST) ? location.href : "/messages";
  const page = await read(url).catch(() => null);
  if (!page) return null;
  const [list, fresh] = [document.querySelector(LIST), page.querySelector(LIST)];
  if (list && fresh) {
    replace(list, fresh);
    keepRooms();
  }
  buyerSelect.updateFrom(page);
  return Number(page.querySelector("[data-unread]")?.getAttribute("data-unread")) || 0;
}

/** The last conversations can be read offline: the worker asks for those that have changed. Not where data is to be saved. */
export function keepRooms() {
  const rooms = [...document.querySelectorAll(`${LIST} [data-room]`)].map((row) => ({
    path: row.querySelector("a")?.getAttribute("href") ?? "",
    stamp: `${row.querySelector("time")?.getAttribute("datetime")} ${row.querySelector("[data-row-unread]")?.textContent}`,
  }));
  const { connection } = /** @type {any} */ (navigator);
  if (rooms.length === 0 || connection?.saveData || location.search) return;
  void tellWorker({ type: "keep", rooms });
}

async function read(url) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!response.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** @param {Element} list @param {Element} fresh */
function replace(list, fresh) {
  const place = focusIn(list);
  list.replaceWith(fresh);
  localTimes(fresh);
  if (!place) return;
  const row = fresh.querySelector(`#${CSS.escape(place.row)}`);
  focusables(row)[place.index]?.focus({ preventScroll: true });
}

/** Which row, or other part with an id, has the focus, and at which of its controls. */
function focusIn(/** @type {Element} */ list) {
  const focused = document.activeElement;
  if (!focused || !list.contains(focused)) return null;
  const row = focused.closest("[id]");
  return row && { row: row.id, index: focusables(row).indexOf(/** @type {any} */ (focused)) };
}

/** @returns {HTMLElement[]} */
const focusables = (row) => (row ? [...row.querySelectorAll("a[href], button, input, select")] : []);
