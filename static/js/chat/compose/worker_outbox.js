/**
 * The service worker's copy of a room's outbox, which it sends when there is a connection and no page: what pages keep in
 * `localStorage` no worker can read. Copied is what is written while nothing gets through, and what is due when the page is
 * left; what goes its usual way isn't. What is shown, and what is due, the page's own outbox says.
 *
 * Writes follow one another, so that a message that was stored at once isn't left behind in the copy.
 */
import { putStored, removeStored } from "../../lib/database.js";
import { wakeWorker } from "../../lib/worker.js";

const SYNC = "outbox";

/** @type {Promise<unknown>} */
let last = Promise.resolve();

/** @param {() => Promise<unknown>} work where there is no store, there is no copy */
const next = (work) => (last = last.then(work).catch(() => {}));

/** @param {string} id */
export function takeFromWorker(id) {
  next(() => removeStored("outbox", id));
}

export class WorkerOutbox {
  #room;
  #isCutOff;
  /** Those that may be in the copy. @type {Set<string>} */
  #copied = new Set();

  /** @param {string} room @param {() => boolean} isCutOff nothing gets through now */
  constructor(room, isCutOff) {
    this.#room = room;
    this.#isCutOff = isCutOff;
  }

  /** @param {import("./outbox.js").Item} item */
  put = (item) => {
    if (this.#isCutOff()) this.#copy(item);
  };

  /** @param {string} id */
  remove = (id) => {
    if (this.#copied.delete(id)) takeFromWorker(id);
  };

  /** What an earlier page left may be in the copy. @param {import("./outbox.js").Outbox} outbox @param {AbortSignal} signal */
  follow(outbox, signal) {
    for (const { client_id } of outbox.all) this.#copied.add(client_id);
    document.addEventListener("visibilitychange", () => document.hidden && this.copyDue(outbox), { signal });
  }

  /** All that waits, but pictures. @param {import("./outbox.js").Outbox} outbox */
  copyDue(outbox) {
    for (const item of outbox.due) if (!item.picture) this.#copy(item);
  }

  /** @param {import("./outbox.js").Item} item */
  #copy({ client_id, body, product_id, at }) {
    const { account } = document.documentElement.dataset;
    if (!account) return;
    this.#copied.add(client_id);
    next(() => putStored("outbox", client_id, { client_id, room: this.#room, account, body, product_id, at }));
    next(() => wakeWorker(SYNC));
  }
}
