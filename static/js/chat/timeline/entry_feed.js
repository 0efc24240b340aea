/**
 * Gap detection and backfill: brings a room's entries to the page, those the socket delivers and
 * whatever it missed.
 *
 * Nothing depends on every frame arriving: after a gap, a `resync` or a new connection (`backfill`)
 * history is asked until the page is whole, and a request that failed is retried with back-off and
 * jitter. An answer that no retry helps against (signed out, room gone) ends it.
 *
 * The server can lose a tail: after a fail-over to a replica that was behind, numbers that this page
 * has are given a second time. History that ends before what it was asked to follow, or another entry
 * under a known number, says so; then the page takes the latest entries as the server has them.
 *
 * Entries change after they were written, and each change of a room has a number. History says which
 * entries changed after the last one that the page has.
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
  #latest;
  #emit;
  #backoff;
  #wanted = false;
  /** What the page shows isn't what the server has. */
  #isStale = false;
  /** @type {number | null} the last change that the page has; null where the server counts none */
  #rev;
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
   * @param {number | null} [parts.rev] the last change that the page has
   * @param {(seq: number, rev: number | null) => Promise<Page>} parts.after asks history
   * @param {() => Promise<Page>} parts.latest asks history for the end of the conversation
   * @param {import("../../lib/events.js").Emit} parts.emit `entries`, each once and ascending;
   *   `updated`, entries of before that may look different;
   *   `reloaded` `{ last, entries, read }`, where the server lost a tail; `readMarks`; `ended`, with an error whose `isFinal` is true
   * @param {Backoff} [parts.backoff]
   */
  constructor({ last, behind = false, rev = null, after, latest, emit, backoff = new Backoff() }) {
    this.#rev = rev;
    this.#buffer = new ReorderBuffer(last);
    this.#behind = behind;
    this.#after = after;
    this.#latest = latest;
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
    if (page.last_seq < this.last) return void this.reload();
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
  change(/** @type {import("../transport/frames.js").ChangedFrame} */ { seq, html, rev }) {
    if (this.#rev !== null && rev === this.#rev + 1) this.#rev = rev;
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
      const changes = page.changed?.map(({ seq, html }) => ({ seq, html: changed.get(seq) ?? html }));
      return { ...page, entries, changed: changes };
    } finally {
      this.#requests.delete(changed);
    }
  }

  /** The server lost a tail: its latest page replaces what is shown. Resolves as `backfill` does. */
  reload() {
    this.#isStale = true;
    return this.backfill();
  }

  /**
   * Asks history once; a backfill brings the rest, where there is more.
   * @returns {Promise<number>} how many entries were new; rejected where history couldn't be had
   */
  async poll() {
    const { asked, page } = await this.#askNext();
    if (page.last_seq < asked) {
      await this.reload();
      return 1;
    }
    const count = this.applyPage(page);
    if (page.more) await this.backfill();
    return count;
  }

  /** Whether the room has had changes that the page hasn't. @param {number | undefined} rev the room's */
  hasMissedChanges(rev) {
    return this.#rev !== null && rev !== undefined && rev > this.#rev;
  }

  /** What follows, and the changes of what is here. */
  async #askNext() {
    const [asked, rev] = [this.last, this.#rev];
    const page = await this.ask(() => this.#after(asked, rev));
    for (const change of page.changed ?? []) this.change(change);
    if (rev !== null && page.rev !== undefined) this.#rev = Math.max(this.#rev ?? 0, page.rev);
    return { asked, page };
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
    if (this.#behind && !this.#isStale) return Promise.resolve();
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
        if (this.#isStale) await this.#replaceTail();
        await this.#fetchAll();
        if (!this.#buffer.hasGap && !this.#isStale) {
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
      const { asked, page } = await this.#askNext();
      if (this.#stopped) return;
      if (page.last_seq < asked) {
        this.#isStale = true;
        return;
      }
      this.applyPage(page);
      more = page.more && page.entries.length > 0;
    }
  }

  async #replaceTail() {
    const { entries, last_seq, read } = await this.ask(this.#latest);
    if (this.#stopped) return;
    this.#isStale = false;
    this.#behind = false;
    const last = Math.max(last_seq, entries.at(-1)?.seq ?? 0);
    this.#buffer = new ReorderBuffer(last);
    this.#emit("reloaded", { last, entries, read });
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
