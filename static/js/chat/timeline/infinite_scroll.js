/**
 * Infinite scroll at one end of the timeline: loads the next page as the reader nears it (600 px). The
 * link it grows from works without scripts, and is removed when there is nothing more.
 *
 * @typedef {import("../transport/frames.js").Page} Page
 */
export class InfiniteScroll {
  #link;
  #page;
  #watch;
  #busy = false;

  /**
   * @param {HTMLAnchorElement} link
   * @param {HTMLElement} box what scrolls
   * @param {{ fetch: () => Promise<Page>, show: (page: Page, moved: () => void) => void,
   *           query: () => string }} page
   *   one page more; `show` calls `moved` when it is there; `query` is the link's from then on
   * @param {AbortSignal} signal
   */
  constructor(link, box, page, signal) {
    this.#link = link;
    this.#page = page;
    this.#watch = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && this.#more(),
      { root: box, rootMargin: "600px 0px" },
    );
    this.#watch.observe(link);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.#more();
    }, { signal });
    signal.addEventListener("abort", () => this.#watch.disconnect());
  }

  async #more() {
    if (this.#busy) return;
    this.#busy = true;
    this.#link.setAttribute("aria-busy", "true");
    try {
      const page = await this.#page.fetch();
      this.#page.show(page, () => {
        if (page.more && page.entries.length > 0) this.#again();
        else this.#finish();
      });
    } catch {
      // The link stays: the next scroll or click tries again.
    } finally {
      this.#busy = false;
      this.#link.removeAttribute("aria-busy");
    }
  }

  /** Looks afresh, because a link that is still in view isn't reported twice. */
  #again() {
    this.#link.search = this.#page.query();
    this.#watch.unobserve(this.#link);
    this.#watch.observe(this.#link);
  }

  #finish() {
    this.#watch.disconnect();
    this.#link.remove();
  }
}
