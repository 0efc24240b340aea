/** An admin's tabs scroll where they have no room: the current one is in sight, and a little of the one before it. */
export function showCurrentTab(root = document) {
  const tab = /** @type {HTMLElement | null} */ (root.querySelector(".admin-tab[aria-current]"));
  const tabs = tab?.parentElement;
  if (tab && tabs) tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - 48;
}
