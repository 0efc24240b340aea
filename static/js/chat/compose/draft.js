/**
 * Draft: the unsent text of the composer, persisted at every key, so it survives a reload, a crash
 * and a sign-in. One per room and side, so it never appears in another account.
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
