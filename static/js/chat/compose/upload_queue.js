/**
 * Serial upload queue for messages with a picture, which sockets don't carry: one after the other, in
 * the order of writing. Deduplicated: an item that waits or runs isn't queued again.
 *
 * @typedef {import("./outbox.js").Item} Item
 * @typedef {import("../transport/frames.js").Entry} Entry
 */

/** How long a picture may take to get there. */
const UPLOAD_TIMEOUT = 120_000;

export class UploadQueue {
  #post;
  #emit;
  /** @type {Map<string, { item: Item, control: AbortController }>} waiting or on their way */
  #queue = new Map();
  #running = false;

  /**
   * @param {object} parts
   * @param {(item: Item, signal: AbortSignal) => Promise<Entry>} parts.post
   * @param {import("../../lib/events.js").Emit} parts.emit `stored`, with the entry; `uploadFailed`
   *   `{ item, failure }`
   */
  constructor({ post, emit }) {
    this.#post = post;
    this.#emit = emit;
  }

  /** @param {Item} item */
  enqueue(item) {
    if (this.#queue.has(item.client_id)) return;
    this.#queue.set(item.client_id, { item, control: new AbortController() });
    this.#run();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    try {
      // An exception is reported as any other, and holds no later picture up.
      for (const id of this.#queue.keys()) await this.#upload(id).catch((error) => reportError(error));
    } finally {
      this.#running = false;
    }
  }

  async #upload(/** @type {string} */ id) {
    const { item, control } = /** @type {{ item: Item, control: AbortController }} */ (this.#queue.get(id));
    const late = setTimeout(() => control.abort(), UPLOAD_TIMEOUT);
    const posted = (async () => this.#post(item, control.signal))();
    const answer = await posted.then((entry) => ({ entry }), (failure) => ({ failure }));
    clearTimeout(late);
    const wanted = this.#queue.delete(id);
    if ("entry" in answer) this.#emit("stored", answer.entry);
    else if (wanted) this.#emit("uploadFailed", { item, failure: answer.failure });
  }

  /** It isn't wanted any more. @param {string} id */
  cancel(id) {
    this.#queue.get(id)?.control.abort();
    this.#queue.delete(id);
  }
}
