/**
 * Keeps a seller's `<select>` of buyers up to date: unread counts, and buyers who are new. The
 * selection, and an open list, stay as they are.
 */
import { unread } from "../strings.js";

const element = () => /** @type {HTMLSelectElement | null} */ (document.querySelector("select[name=room]"));

export const isPresent = () => element() !== null;

const optionOf = (/** @type {HTMLSelectElement} */ select, /** @type {string} */ room) =>
  [...select.options].find(({ value }) => value === room);

/** Whether the dropdown should have this room, one of its seller's, and hasn't. @param {string} room */
export function isMissing(room) {
  const select = element();
  const seller = room.slice(room.indexOf("_seller_"));
  const theirs = [...(select?.options ?? [])].filter(({ value }) => value.endsWith(seller));
  return theirs.length > 0 && !theirs.some(({ value }) => value === room);
}

/** @param {string} room @param {number} count */
export function showUnread(room, count) {
  const select = element();
  const option = select && optionOf(select, room);
  if (option) option.textContent = option.textContent.trim().replace(/ \(\d+ [^)]*\)$/, "") + unread(count);
}

/** Takes over what a fresh page knows. @param {Document} page */
export function updateFrom(page) {
  const select = element();
  const fresh = page.querySelector("select[name=room]");
  if (!select || !(fresh instanceof HTMLSelectElement)) return;
  for (const option of fresh.options) {
    const known = optionOf(select, option.value);
    if (known) known.textContent = option.textContent;
    else if (option.value) select.append(document.importNode(option, true));
  }
}
