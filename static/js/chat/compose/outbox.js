/**
 * Outbox with idempotency keys: what was written and isn't known to be stored yet, persisted across
 * reloads, crashes and sign-ins. Delivery is at least once, its effect exactly once: an item keeps its
 * `client_id` through every retry, and leaves only when the server's entry with that id was seen.
 *
 * A picture lasts as long as the page, because the browser's storage is too small for it: what outlives
 * the page is its message, marked `photo_lost`. Each item has a storage key of its own, so two tabs of
 * one person never overwrite each other's. The service worker has a copy of what is due (`worker_outbox.js`).
 *
 * @typedef {{ client_id: string, body: string, product_id?: number, at: number,
 *             refused?: string, picture?: import("./attachment.js").Attachment }} Item `at` orders them;
 *             `refused` is the code for which it waits for the person
 * @typedef {import("../../lib/storage.js").Store} Store
 */
import { keep } from "../../lib/storage.js";
import { uuid } from "../../lib/uuid.js";

/** @typedef {{ put: (item: Item) => void, remove: (id: string) => void }} Copy of what is due, beside the store */

/** @type {Copy} */
const NO_COPY = { put: () => {}, remove: () => {} };

/** Older items are sent only when their writer retries: the conversation has moved on. */
const RESEND_WITHIN = 24 * 60 * 60 * 1000;

/** Refusals of the picture: without another one, trying again is in vain. */
export const OF_THE_PICTURE = new Set(["bad_photo", "photo_lost"]);

export class Outbox {
  #store;
  #prefix;
  #now;
  #copy;
  /** @type {Map<string, Item>} in the order of writing */
  #items = new Map();

  /**
   * @param {Store} store
   * @param {string} owner room and seat: together they name one account in one room
   * @param {() => number} [now]
   * @param {Copy} [copy]
   */
  constructor(store, owner, now = Date.now, copy = NO_COPY) {
    this.#copy = copy;
    this.#store = store;
    this.#prefix = `haggle:outbox:${owner}:`;
    this.#now = now;
    for (const item of this.#load()) this.#items.set(item.client_id, item);
  }

  /** @returns {Item[]} in the order of writing */
  get all() {
    return [...this.#items.values()];
  }

  /** Those to send without being asked again, in the order of writing. */
  get due() {
    const stale = this.#now() - RESEND_WITHIN;
    return this.all.filter((item) => !item.refused && item.at > stale);
  }

  /** @param {string} id */
  get(id) {
    return this.#items.get(id);
  }

  /** Whether leaving the page would lose something. */
  get isVolatile() {
    return this.all.some((item) => item.picture);
  }

  /**
   * @param {string} body @param {number} [product_id]
   * @param {import("./attachment.js").Attachment} [picture]
   */
  put(body, product_id, picture) {
    const newest = this.all.at(-1)?.at ?? 0;
    /** @type {Item} */
    const item = { client_id: uuid(), body, product_id, at: Math.max(this.#now(), newest + 1) };
    if (picture) item.picture = picture;
    this.#save(item);
    return item;
  }

  /** The server has it. @param {string} id @returns {boolean} whether it was ours */
  acknowledge(id) {
    this.#store.removeItem(this.#prefix + id);
    if (!this.#items.delete(id)) return false;
    this.#copy.remove(id);
    return true;
  }

  /**
   * The server won't have it; it waits for the person, without a picture that is of no use.
   * @param {string} id @param {string} code
   */
  reject(id, code) {
    const item = this.#items.get(id);
    if (!item) return;
    const { picture, ...words } = item;
    this.#save({ ...(OF_THE_PICTURE.has(code) ? words : item), refused: code });
  }

  /** The person wants it sent after all: it is due again, at its old place, and without a product that can't be spoken of. @param {string} id */
  retry(id) {
    const item = this.#items.get(id);
    if (!item) return undefined;
    const { refused, ...fresh } = item;
    if (refused === "bad_product") delete fresh.product_id;
    fresh.at = Math.max(item.at, this.#now() - RESEND_WITHIN / 2);
    this.#save(fresh);
    return fresh;
  }

  /** Another message is stored under this id: the words go on under a new one. @param {string} id */
  assignNewId(id) {
    const item = this.#items.get(id);
    if (!item) return undefined;
    this.acknowledge(id);
    return this.put(item.body, item.product_id, item.picture);
  }

  /** @param {Item} item */
  #save(item) {
    this.#items.set(item.client_id, item);
    const { picture, ...words } = item;
    const kept = picture ? { ...words, refused: "photo_lost" } : words;
    keep(this.#store, this.#prefix + item.client_id, JSON.stringify(kept));
    if (kept.refused) this.#copy.remove(item.client_id);
    else this.#copy.put(kept);
  }

  #load() {
    const items = [];
    for (let index = 0; index < this.#store.length; index += 1) {
      const key = this.#store.key(index);
      if (!key?.startsWith(this.#prefix)) continue;
      const item = read(this.#store.getItem(key));
      if (item && key === this.#prefix + item.client_id) items.push(item);
    }
    return items.sort((one, other) => one.at - other.at);
  }
}

/** @returns {Item | null} null for what no version of this page wrote */
function read(text) {
  try {
    const item = JSON.parse(text);
    const whole = typeof item?.body === "string" && typeof item.client_id === "string";
    return whole && Number.isFinite(item.at) ? item : null;
  } catch {
    return null;
  }
}
