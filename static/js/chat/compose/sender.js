/**
 * Gets what was written to the server. A message is at every moment one of three things: stored
 * (its entry was seen), on its way (a pending bubble), or visibly "Not sent" with a way to retry.
 * While nothing gets through at all it stays on its way: there is nothing that its writer could do.
 *
 * @typedef {import("./outbox.js").Item} Item
 * @typedef {import("../transport/frames.js").Refusal} Refusal
 */
import { Backoff } from "../../lib/backoff.js";
import { REFUSALS, REFUSED } from "../strings.js";

/** How long the server may take to acknowledge. */
const PATIENCE = 10_000;

/** The same for a picture, which has to get there first. */
const UPLOAD = 150_000;

/** Refusals that pass by themselves: sent again after a while, with growing waits. */
export const PASSING = new Set(["rate_limited", "unavailable"]);

export class Sender {
  #outbox;
  #bubbles;
  #transmit;
  #unanswered;
  #away;
  #patience;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();
  /** @type {Set<string>} shown as not sent, until stored or retried: a button mustn't flicker */
  #failed = new Set();
  #backoff = new Backoff({ base: 6_000, cap: 60_000 });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  #stopped = false;

  /**
   * @param {object} parts
   * @param {import("./outbox.js").Outbox} parts.outbox
   * @param {Pick<import("./pending_messages.js").Bubbles, "pending" | "failed" | "remove">} parts.bubbles
   * @param {(item: Item) => boolean} parts.transmit whether a connection took it
   * @param {() => void} parts.unanswered something handed over wasn't acknowledged in time
   * @param {() => boolean} [parts.away] nothing gets through, and `flush` follows when it does
   * @param {number} [parts.patience] ms
   */
  constructor({ outbox, bubbles, transmit, unanswered, away = () => false, patience = PATIENCE }) {
    this.#outbox = outbox;
    this.#bubbles = bubbles;
    this.#transmit = transmit;
    this.#unanswered = unanswered;
    this.#away = away;
    this.#patience = patience;
  }

  /** Takes up what an earlier page left unsent. */
  restore() {
    const due = new Set(this.#outbox.due);
    for (const item of this.#outbox.all) {
      if (due.has(item)) this.#try(item);
      else this.#fail(item, REFUSALS[item.refused ?? ""]);
    }
  }

  /**
   * @param {string} body @param {number} [product_id]
   * @param {import("./attachment.js").Picture} [picture]
   */
  say(body, product_id, picture) {
    this.#try(this.#outbox.put(body, product_id, picture));
  }

  /** Sends all that is due, in the order of writing. */
  flush() {
    for (const item of this.#outbox.due) this.#try(item);
  }

  /** @param {string} id */
  retry(id) {
    const item = this.#outbox.revive(id);
    this.#failed.delete(id);
    if (item) this.#try(item);
  }

  /** The stored entry with this id was seen. @param {string} id */
  settle(id) {
    this.#calm(id);
    this.#failed.delete(id);
    if (this.#outbox.settle(id)) this.#backoff.reset();
    this.#bubbles.remove(id);
  }

  /** @param {Refusal} refusal @returns {string} what to tell the person */
  refuse({ client_id: id = "", code, message }) {
    const why = message || REFUSALS[code] || REFUSED;
    const item = this.#outbox.get(id);
    if (!item) return why;
    this.#calm(id);
    if (code === "client_id_reused") {
      this.#bubbles.remove(id);
      const renewed = this.#outbox.renew(id);
      if (renewed) this.#try(renewed);
      return "";
    }
    if (PASSING.has(code)) this.#tryLater();
    else this.#outbox.refuse(id, code);
    this.#fail(this.#outbox.get(id) ?? item, why);
    return why;
  }

  /** It goes back to its writer, who has to change something. @param {string} id */
  withdraw(id) {
    const item = this.#outbox.get(id);
    this.settle(id);
    return item;
  }

  /** It didn't get there; it is tried again by and by. @param {Item} item */
  lost(item) {
    if (!this.#outbox.get(item.client_id)) return; // it did: only the answer was lost
    this.#calm(item.client_id);
    if (!this.#away()) this.#fail(item);
    this.#tryLater();
  }

  /** Nothing will be acknowledged here any more, and what is still written isn't sent. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#later);
    for (const id of this.#timers.keys()) this.#calm(id);
    for (const item of this.#outbox.due) this.#fail(item);
  }

  /** @param {Item} item */
  #try(item) {
    this.#calm(item.client_id);
    if (this.#stopped) return this.#fail(item);
    if (!this.#failed.has(item.client_id)) this.#bubbles.pending(item);
    const handed = this.#transmit(item);
    this.#timers.set(item.client_id, setTimeout(() => {
      this.#timers.delete(item.client_id);
      if (this.#away()) return;
      this.#fail(item);
      if (handed) this.#unanswered();
    }, item.picture ? UPLOAD : this.#patience));
  }

  /** @param {Item} item @param {string} [why] */
  #fail(item, why) {
    this.#failed.add(item.client_id);
    this.#bubbles.failed(item, why);
  }

  #tryLater() {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      for (const item of this.#outbox.due) if (!this.#timers.has(item.client_id)) this.#try(item);
    }, this.#backoff.next());
  }

  /** @param {string} id */
  #calm(id) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
