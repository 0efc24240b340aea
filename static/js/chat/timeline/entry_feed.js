/**
 * Gap detection and backfill: brings a room's entries to the page, those the socket delivers and
 * whatever it missed.
 *
 * Nothing depends on every frame arriving: after a gap, a `resync` or a new connection (`backfill`)
 * history is asked until the page is whole, and a request that failed is retried with back-off and
 * jitter. An answer that no retry helps against (signed out, room gone) ends it.
 *
 * A page that shows a part from the middle is `behind`: it gets only the pages that its reader asks
 * for, until there is nothing later. From then on it is like any other.
 *
 * @typedef {import("../transport/frames.js").Entry} Entry
 * @typedef {import("../transport/frames.js").Page} Page
 */
import { Backoff } from "../../lib/backoff.js";
import { ReorderBuffer } from "./reorder_buffer.js";

export class EntryFeed {
  #buffer;
  #after;
  #emit;
  #backoff;
  #wanted = false;
  #stopped = false;
  #behind;
  /** @type {Promise<void> | null} the one backfill under way */
  #running = null;
  /** @type {Set<Map<number, string>>} for each request under way, the entries that changed since */
  #requests = new Set();
  /** @type {() => void} ends the wait between two tries */
  #wake = () => {};

  /**
   * @param {object} parts
   * @param {number} parts.last the seq up to which the page has everything
   * @param {boolean} [parts.behind] whether there is more after that, for whoever reads on
   * @param {(seq: number) => Promise<Page>} parts.after asks history
   * @param {import("../../lib/events.js").Emit} parts.emit `entries`, each once and ascending;
   *   `updated`, entries of before that may look different; `readMarks`; `ended`, with an error whose `isFinal` is true
   * @param {Backoff} [parts.backoff]
   */
  constructor({ last, behind = false, after, emit, backoff = new Backoff() }) {
    this.#buffer = new ReorderBuffer(last);
    this.#behind = behind;
    this.#after = after;
    this.#emit = emit;
    this.#backoff = backoff;
  }

  /** The seq up to which the page is whole. */
  get last() {
    return this.#buffer.last;
  }

  get behind() {
    return this.#behind;
  }

  /** The page of history that follows, as the reader asked for it. @param {Page} page */
  extend(page) {
    this.#emit("entries", this.#buffer.fill(page.entries));
    this.#emit("readMarks", page.read);
    this.#behind = page.more;
    this.backfill();
  }

  /** @param {Entry} entry from the socket, in any order */
  receive(entry) {
    if (entry.seq <= this.last) this.#emit("updated", [entry]);
    if (this.#behind) return;
    this.#emit("entries", this.#buffer.push(entry));
    if (this.#buffer.hasGap) this.backfill();
  }

  /** An entry looks different now; one that isn't here yet will when it comes. */
  change(/** @type {Pick<Entry, "seq" | "html">} */ { seq, html }) {
    for (const changed of this.#requests) changed.set(seq, html);
    this.#buffer.update(seq, html);
    this.#emit("updated", [{ seq, html }]);
  }

  /**
   * Asks history. What changes before the answer comes is newer than the answer.
   * @param {() => Promise<Page>} request
   */
  async ask(request) {
    /** @type {Map<number, string>} */
    const changed = new Map();
    this.#requests.add(changed);
    try {
      const page = await request();
      const entries = page.entries.map((entry) => ({ ...entry, html: changed.get(entry.seq) ?? entry.html }));
      return { ...page, entries };
    } finally {
      this.#requests.delete(changed);
    }
  }

  /**
   * Asks history once; a backfill brings the rest, where there is more.
   * @returns {Promise<number>} how many entries were new; rejected where history couldn't be had
   */
  async poll() {
    const page = await this.ask(() => this.#after(this.last));
    const count = this.applyPage(page);
    if (page.more) await this.backfill();
    return count;
  }

  /**
   * @param {Page} page with what follows an earlier `last`
   * @returns {number} how many entries of it were new
   */
  applyPage(page) {
    const known = page.entries.filter(({ seq }) => seq <= this.last);
    if (known.length > 0) this.#emit("updated", known);
    const fresh = this.#behind ? [] : this.#buffer.fill(page.entries);
    this.#emit("entries", fresh);
    this.#emit("readMarks", page.read);
    return fresh.length;
  }

  /** Resolves when the page is whole, or it was given up. */
  backfill() {
    if (this.#behind) return Promise.resolve();
    this.#wanted = true;
    this.#wake();
    this.#running ??= this.#run().finally(() => (this.#running = null));
    return this.#running;
  }

  stop() {
    this.#stopped = true;
    this.#wake();
  }

  async #run() {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      try {
        await this.#fetchAll();
        if (!this.#buffer.hasGap) {
          this.#backoff.reset();
          continue;
        }
      } catch (/** @type {any} */ error) {
        if (error.isFinal) {
          this.#emit("ended", error);
          return;
        }
      }
      this.#wanted = true;
      await this.#wait(this.#backoff.next());
    }
  }

  async #fetchAll() {
    for (let more = true; more && !this.#stopped; ) {
      const page = await this.ask(() => this.#after(this.last));
      if (this.#stopped) return;
      this.applyPage(page);
      more = page.more && page.entries.length > 0;
    }
  }

  /** @param {number} ms */
  #wait(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }
}
