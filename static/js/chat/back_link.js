/**
 * The arrow back leads to the list as it was left, with what was searched, its page and its place,
 * where one came from there; else to the list.
 * @param {HTMLAnchorElement} link @param {AbortSignal} signal
 */
export function backToTheList(link, signal) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (history.length < 2 || document.referrer.split("?")[0] !== link.href) return;
    event.preventDefault();
    history.back();
  }, { signal });
}
