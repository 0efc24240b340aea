/** "Chat Seller" leads into the composer, not just to it: on the page itself and from another one. */
export function toChat() {
  const write = () => {
    const words = /** @type {HTMLElement | null} */ (document.querySelector("#chat textarea"));
    if (location.hash === "#chat") words?.focus({ preventScroll: true });
  };
  addEventListener("hashchange", write);
  document.addEventListener("click", (event) => {
    // A second click changes no hash.
    if (/** @type {Element} */ (event.target).closest('a[href="#chat"]')) setTimeout(write);
  });
  write();
  // As it goes to the fragment, the browser takes the focus away again.
  addEventListener("load", () => document.activeElement === document.body && write());
}
