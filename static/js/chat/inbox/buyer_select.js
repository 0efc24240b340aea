/**
 * A seller's dropdown of buyers, kept up to date: how much is unread of each, and who is new. What
 * is chosen, and an open list, stay as they are.
 */
import { unread } from "../strings.js";

const dropdown = () => /** @type {HTMLSelectElement | null} */ (document.querySelector("select[name=room]"));

export const isHere = () => dropdown() !== null;

const optionOf = (/** @type {HTMLSelectElement} */ select, /** @type {string} */ room) =>
  [...select.options].find(({ value }) => value === room);

/** Whether the dropdown should have this room, one of its seller's, and hasn't. @param {string} room */
export function lacks(room) {
  const select = dropdown();
  const seller = room.slice(room.indexOf("_seller_"));
  const theirs = [...(select?.options ?? [])].filter(({ value }) => value.endsWith(seller));
  return theirs.length > 0 && !theirs.some(({ value }) => value === room);
}

/** @param {string} room @param {number} count */
export function showUnread(room, count) {
  const select = dropdown();
  const option = select && optionOf(select, room);
  if (option) option.textContent = option.textContent.trim().replace(/ \(\d+ [^)]*\)$/, "") + unread(count);
}

/** Takes over what a fresh page knows. @param {Document} page */
export function follow(page) {
  const select = dropdown();
  const fresh = page.querySelector("select[name=room]");
  if (!select || !(fresh instanceof HTMLSelectElement)) return;
  for (const option of fresh.options) {
    const known = optionOf(select, option.value);
    if (known) known.textContent = option.textContent;
    else if (option.value) select.append(document.importNode(option, true));
  }
}
