/**
 * Read receipts: tells how far this person has read. An entry counts as read once its last line was
 * in the viewport of a visible tab in a focused window; loading it, or scrolling in the background,
 * doesn't. The mark only goes up, and entries within 300 ms share one frame.
 */

/**
 * @typedef {object} Parts
 * @property {import("../transport/frames.js").Side} side the reader's
 * @property {number} mark how far they had read
 * @property {(seq: number) => Promise<boolean>} send whether it was delivered
 * @property {(seq: number) => void} [sendShown] a visible page shows the room up to there, which isn't read yet
 * @property {AbortSignal} signal
 */

/** Long enough to take a burst together, short enough to feel immediate. */
const COALESCE_MS = 300;

export class ReadTracker {
  #side;
  #mark;
  #send;
  #watch;
  #timer = 0;
  #sendShown;
  /** @type {Set<number>} seqs on the screen, the other side's, beyond the mark */
  #inView = new Set();
  /** The newest of the other side's, on the screen or not. */
  #newest = 0;
  #shown = 0;

  /** @param {Parts} parts */
  constructor({ side, mark, send, sendShown = () => {}, signal }) {
    this.#side = side;
    this.#mark = mark;
    this.#send = send;
    this.#sendShown = sendShown;
    this.#watch = new IntersectionObserver((seen) => this.#onIntersect(seen));
    const soon = () => this.#schedule();
    document.addEventListener("visibilitychange", soon, { signal });
    addEventListener("focus", soon, { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#watch.disconnect();
    });
  }

  /** @param {HTMLElement} entry in the timeline */
  observe(entry) {
    if (entry.dataset.from === this.#side || Number(entry.dataset.seq) <= this.#mark) return;
    this.#newest = Math.max(this.#newest, Number(entry.dataset.seq));
    this.#watch.observe(entry.querySelector(".bubble time") ?? entry);
  }

  /** Read up to here, as another tab of the same person sent, or history has it. @param {number} seq */
  raise(seq) {
    this.#mark = Math.max(this.#mark, seq);
    this.#schedule();
  }

  /**
   * What the server knows, after a time without connection.
   * @param {number} seq @param {number} [last] the conversation's last entry; what stood after it is gone
   */
  resume(seq, last = Infinity) {
    this.#mark = seq;
    this.#shown = 0;
    for (const seen of this.#inView) if (seen > last) this.#inView.delete(seen);
    this.#schedule();
  }

  #onIntersect(/** @type {IntersectionObserverEntry[]} */ seen) {
    for (const { target, isIntersecting } of seen) {
      const seq = Number(target.closest("[data-seq]")?.getAttribute("data-seq"));
      if (isIntersecting) this.#inView.add(seq);
      else this.#inView.delete(seq);
    }
    this.#schedule();
  }

  #schedule() {
    this.#timer ||= setTimeout(() => this.#flush(), COALESCE_MS);
  }

  /** Nobody is to be called to a page that they can see. @param {number} read what is read, or about to be */
  #showUpToNewest(read) {
    if (this.#newest <= Math.max(read, this.#shown)) return;
    this.#shown = this.#newest;
    this.#sendShown(this.#newest);
  }

  async #flush() {
    this.#timer = 0;
    if (document.visibilityState !== "visible") return;
    const inView = document.hasFocus() ? Math.max(0, ...this.#inView) : 0;
    const [seq, before] = [inView, this.#mark];
    this.#showUpToNewest(Math.max(seq, before));
    if (seq <= before) return;
    this.#mark = seq;
    // Sent again with the next trigger: an entry, another mark, the reader's return.
    if (!(await this.#send(seq)) && this.#mark === seq) this.#mark = before;
  }
}
