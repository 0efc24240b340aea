/**
 * Loads older entries as the reader nears the top. The link it grows from works without it, and
 * goes when there is nothing older.
 *
 * @typedef {import("./wire.js").Page} Page
 */
export class Older {
  #link;
  #scroll;
  #fetch;
  #show;
  #watch;
  #busy = false;

  /**
   * @param {HTMLAnchorElement} link
   * @param {import("./scroll.js").Scroll} scroll
   * @param {{ fetch: () => Promise<Page>, show: (page: Page) => void }} page one page more
   * @param {AbortSignal} signal
   */
  constructor(link, scroll, { fetch, show }, signal) {
    this.#link = link;
    this.#scroll = scroll;
    this.#fetch = fetch;
    this.#show = show;
    this.#watch = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && this.#more(),
      { root: scroll.box, rootMargin: "600px 0px 0px" },
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
      const page = await this.#fetch();
      this.#scroll.hold(() => {
        this.#show(page);
        if (page.more && page.entries.length > 0) this.#again(page.entries[0].seq);
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
  #again(/** @type {number} */ first) {
    const url = new URL(this.#link.href);
    url.searchParams.set("before", String(first));
    this.#link.href = url.href;
    this.#watch.unobserve(this.#link);
    this.#watch.observe(this.#link);
  }

  #finish() {
    this.#watch.disconnect();
    this.#link.remove();
  }
}
