/**
 * The words that stand in the composer, kept until they are sent: they survive a reload, a crash
 * and a sign-in. One draft for a room and a seat, so it never shows up at another account's.
 */
import { keep } from "../../lib/storage.js";

export class Draft {
  #store;
  #key;

  /** @param {import("../../lib/storage.js").Store} store @param {string} owner room and seat */
  constructor(store, owner) {
    this.#store = store;
    this.#key = `haggle:draft:${owner}`;
  }

  get text() {
    return this.#store.getItem(this.#key) ?? "";
  }

  set text(text) {
    if (text) keep(this.#store, this.#key, text);
    else this.#store.removeItem(this.#key);
  }
}
