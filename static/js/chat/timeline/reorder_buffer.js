/**
 * Reorder buffer, without a page: which entries may be shown now, and in which order. An entry that
 * arrives before an earlier one is held until the gap is filled.
 *
 * Invariant: `last` only grows, one by one or by what history says; an entry is released exactly once,
 * and never before the entries that stand before it.
 *
 * @typedef {import("../transport/frames.js").Entry} Entry
 */
export class ReorderBuffer {
  /** @type {Map<number, Entry>} entries after a hole, by seq */
  #held = new Map();

  /** @param {number} last the seq up to which the page has everything */
  constructor(last) {
    this.last = last;
  }

  /** Something that stands before a held entry is missing. */
  get hasGap() {
    return this.#held.size > 0;
  }

  /**
   * An entry that came by itself.
   * @param {Entry} entry
   * @returns {Entry[]} what may be shown now
   */
  push(entry) {
    if (entry.seq > this.last) this.#held.set(entry.seq, entry);
    return this.#release();
  }

  /** An entry that is still held looks different now. @param {number} seq @param {string} html */
  update(seq, html) {
    const entry = this.#held.get(seq);
    if (entry) this.#held.set(seq, { ...entry, html });
  }

  /**
   * A page of history asked for with `after=last`. History is the truth: what it leaves out
   * between two of its entries doesn't exist.
   * @param {Entry[]} entries ascending
   * @returns {Entry[]} what may be shown now
   */
  fill(entries) {
    const shown = [];
    for (const entry of entries) {
      if (entry.seq <= this.last) continue;
      this.last = entry.seq;
      shown.push(entry);
    }
    for (const seq of this.#held.keys()) if (seq <= this.last) this.#held.delete(seq);
    return shown.concat(this.#release());
  }

  #release() {
    const ready = [];
    for (let next; (next = this.#held.get(this.last + 1)); ) {
      this.#held.delete(next.seq);
      this.last = next.seq;
      ready.push(next);
    }
    return ready;
  }
}
