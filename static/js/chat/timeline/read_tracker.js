/**
 * Read receipts: tells how far this person has read. An entry counts as read once its last line was
 * in the viewport of a visible tab in a focused window; loading it, or scrolling in the background,
 * doesn't. The mark only goes up, and entries within 300 ms share one frame.
 */

/** Long enough to take a burst together, short enough to feel immediate. */
const COALESCE_MS = 300;

export class ReadTracker {
  #side;
  #mark;
  #send;
  #watch;
  #timer = 0;
  /** @type {Set<number>} seqs on the screen, the other side's, beyond the mark */
  #inView = new Set();

  /**
   * @param {object} parts
   * @param {import("../transport/frames.js").Side} parts.side the reader's
   * @param {number} parts.mark how far they had read
   * @param {(seq: number) => Promise<boolean>} parts.send whether it was delivered
   * @param {AbortSignal} parts.signal
   */
  constructor({ side, mark, send, signal }) {
    this.#side = side;
    this.#mark = mark;
    this.#send = send;
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

  async #flush() {
    this.#timer = 0;
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    const [seq, before] = [Math.max(0, ...this.#inView), this.#mark];
    if (seq <= before) return;
    this.#mark = seq;
    // Sent again with the next trigger: an entry, another mark, the reader's return.
    if (!(await this.#send(seq)) && this.#mark === seq) this.#mark = before;
  }
}
