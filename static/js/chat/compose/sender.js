/**
 * Delivery with acknowledgements, time-outs and retries (back-off with jitter). A message is at every
 * moment one of three things: stored (its entry was seen), on its way (a pending bubble), or visibly
 * "Not sent" with a way to retry. While the page is offline it stays on its way: there is nothing that
 * its writer could do.
 *
 * @typedef {import("./outbox.js").Item} Item
 * @typedef {import("../transport/frames.js").ErrorFrame} ErrorFrame
 */
import { Backoff } from "../../lib/backoff.js";
import { REFUSALS, REFUSED } from "../strings.js";

/** How long the server may take to acknowledge. */
const ACK_TIMEOUT = 10_000;

/** The same for a picture, which has to get there first. */
const UPLOAD_ACK_TIMEOUT = 150_000;

/** Refusals that pass by themselves: sent again after a while, with growing waits. */
export const RETRYABLE = new Set(["rate_limited", "unavailable"]);

export class Sender {
  #outbox;
  #pending;
  #transmit;
  #emit;
  #isOffline;
  #ackTimeout;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();
  /** @type {Set<string>} shown as not sent, until stored or retried: a button mustn't flicker */
  #shownFailed = new Set();
  #backoff = new Backoff({ base: 6_000, cap: 60_000 });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  #stopped = false;

  /**
   * @param {object} parts
   * @param {import("./outbox.js").Outbox} parts.outbox
   * @param {Pick<import("./pending_messages.js").PendingMessages, "showPending" | "showFailed" | "remove">} parts.pending
   * @param {(item: Item) => boolean} parts.transmit whether a connection took it
   * @param {import("../../lib/events.js").Emit} parts.emit `unacknowledged`: something handed over wasn't
   *   acknowledged in time
   * @param {() => boolean} [parts.isOffline] nothing gets through, and `flush` follows when it does
   * @param {number} [parts.ackTimeout] ms
   */
  constructor({ outbox, pending, transmit, emit, isOffline = () => false, ackTimeout = ACK_TIMEOUT }) {
    this.#outbox = outbox;
    this.#pending = pending;
    this.#transmit = transmit;
    this.#emit = emit;
    this.#isOffline = isOffline;
    this.#ackTimeout = ackTimeout;
  }

  /** Takes up what an earlier page left unsent. */
  resume() {
    const due = new Set(this.#outbox.due);
    for (const item of this.#outbox.all) {
      if (due.has(item)) this.#attempt(item);
      else this.#markFailed(item, REFUSALS[item.refused ?? ""]);
    }
  }

  /**
   * @param {string} body @param {number} [product_id]
   * @param {import("./attachment.js").Attachment} [picture]
   */
  send(body, product_id, picture) {
    this.#attempt(this.#outbox.put(body, product_id, picture));
  }

  /** Sends all that is due, in the order of writing. */
  flush() {
    for (const item of this.#outbox.due) this.#attempt(item);
  }

  /** @param {string} id */
  retry(id) {
    const item = this.#outbox.retry(id);
    this.#shownFailed.delete(id);
    if (item) this.#attempt(item);
  }

  /** The stored entry with this id was seen. @param {string} id */
  acknowledge(id) {
    this.#clearTimer(id);
    this.#shownFailed.delete(id);
    if (this.#outbox.acknowledge(id)) this.#backoff.reset();
    this.#pending.remove(id);
  }

  /** @param {ErrorFrame} refusal @returns {string} the sentence for the person */
  reject({ client_id: id = "", code, message }) {
    const why = message || REFUSALS[code] || REFUSED;
    const item = this.#outbox.get(id);
    if (!item) return why;
    this.#clearTimer(id);
    if (code === "client_id_reused") {
      this.#pending.remove(id);
      const renewed = this.#outbox.assignNewId(id);
      if (renewed) this.#attempt(renewed);
      return "";
    }
    if (RETRYABLE.has(code)) this.#scheduleRetry();
    else this.#outbox.reject(id, code);
    this.#markFailed(this.#outbox.get(id) ?? item, why);
    return why;
  }

  /** It goes back to its writer, who has to change something. @param {string} id */
  withdraw(id) {
    const item = this.#outbox.get(id);
    this.acknowledge(id);
    return item;
  }

  /** It didn't get there; it is tried again by and by. @param {Item} item */
  retryLater(item) {
    if (!this.#outbox.get(item.client_id)) return; // it did: only the answer was lost
    this.#clearTimer(item.client_id);
    if (!this.#isOffline()) this.#markFailed(item);
    this.#scheduleRetry();
  }

  /** Nothing will be acknowledged here any more, and what is still written isn't sent. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    for (const id of this.#timers.keys()) this.#clearTimer(id);
    for (const item of this.#outbox.due) this.#markFailed(item);
  }

  /** @param {Item} item */
  #attempt(item) {
    this.#clearTimer(item.client_id);
    if (this.#stopped) return this.#markFailed(item);
    if (!this.#shownFailed.has(item.client_id)) this.#pending.showPending(item);
    const handed = this.#transmit(item);
    this.#timers.set(item.client_id, setTimeout(() => {
      this.#timers.delete(item.client_id);
      if (this.#isOffline()) return;
      this.#markFailed(item);
      if (handed) this.#emit("unacknowledged");
    }, item.picture ? UPLOAD_ACK_TIMEOUT : this.#ackTimeout));
  }

  /** @param {Item} item @param {string} [why] */
  #markFailed(item, why) {
    this.#shownFailed.add(item.client_id);
    this.#pending.showFailed(item, why);
  }

  #scheduleRetry() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      for (const item of this.#outbox.due) if (!this.#timers.has(item.client_id)) this.#attempt(item);
    }, this.#backoff.next());
  }

  /** @param {string} id */
  #clearTimer(id) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
