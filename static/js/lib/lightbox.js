/**
 * Lightbox: a picture of the page, as large as the window. Its link leads to the same file, for
 * another tab and for pages without scripts. Going back closes it, as on a page of its own.
 */
export class Lightbox {
  /**
   * @param {HTMLDialogElement} dialog @param {HTMLElement} list
   * @param {string} links selects the links to pictures in it @param {AbortSignal} signal
   */
  constructor(dialog, list, links, signal) {
    const image = /** @type {HTMLImageElement} */ (dialog.querySelector("img"));
    list.addEventListener("click", (event) => {
      const link = event.target instanceof Element && event.target.closest(links);
      if (!(link instanceof HTMLAnchorElement)) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      image.src = link.href;
      image.alt = link.querySelector("img")?.alt ?? "";
      dialog.showModal();
      history.pushState("viewer", "");
    }, { signal });
    addEventListener("popstate", () => dialog.close(), { signal });
    dialog.addEventListener("click", () => dialog.close(), { signal });
    dialog.addEventListener("close", () => {
      image.removeAttribute("src");
      if (history.state === "viewer") history.back();
    }, { signal });
  }
}
