/**
 * Back link: leads to the list as it was left (search, page, scroll position) where the reader came
 * from there, else to the list's first page.
 * @param {HTMLAnchorElement} link @param {AbortSignal} signal
 */
export function linkBackToInbox(link, signal) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (history.length < 2 || document.referrer.split("?")[0] !== link.href) return;
    event.preventDefault();
    history.back();
  }, { signal });
}
