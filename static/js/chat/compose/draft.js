/**
 * Draft: the unsent text of the composer, persisted at every key, so it survives a reload, a crash
 * and a sign-in. One per room, side and product: it appears neither in another account nor under
 * another product's name.
 */
import { keep } from "../../lib/storage.js";

export class Draft {
  #store;
  #owner;
  #product = "";

  /** @param {import("../../lib/storage.js").Store} store @param {string} owner room and seat */
  constructor(store, owner) {
    this.#store = store;
    this.#owner = owner;
  }

  /** What the words are about. @param {string} product its id; empty where there is none */
  about(product) {
    this.#product = product;
  }

  get #key() {
    return `haggle:draft:${this.#owner}:${this.#product}`;
  }

  get text() {
    return this.#store.getItem(this.#key) ?? "";
  }

  set text(text) {
    if (text) keep(this.#store, this.#key, text);
    else this.#store.removeItem(this.#key);
  }
}
