/**
 * Posts messages with a picture, which sockets don't carry: one after the other, in the order of
 * writing, and each once at a time however often it is asked for.
 *
 * @typedef {import("./outbox.js").Item} Item
 * @typedef {import("./wire.js").Entry} Entry
 */
export class Upload {
  #post;
  #stored;
  #failed;
  /** @type {Map<string, Item>} waiting or on their way */
  #queue = new Map();
  #running = false;

  /**
   * @param {object} parts
   * @param {(item: Item) => Promise<Entry>} parts.post
   * @param {(entry: Entry) => void} parts.stored
   * @param {(item: Item, failure: import("./history.js").Failure) => void} parts.failed
   */
  constructor({ post, stored, failed }) {
    this.#post = post;
    this.#stored = stored;
    this.#failed = failed;
  }

  /** @param {Item} item */
  async send(item) {
    if (this.#queue.has(item.client_id)) return;
    this.#queue.set(item.client_id, item);
    if (this.#running) return;
    this.#running = true;
    for (const [id, next] of this.#queue) {
      const answer = await this.#post(next).then((entry) => ({ entry }), (failure) => ({ failure }));
      this.#queue.delete(id);
      if ("entry" in answer) this.#stored(answer.entry);
      else this.#failed(next, answer.failure);
    }
    this.#running = false;
  }
}
