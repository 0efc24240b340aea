/**
 * `localStorage` that never throws: where it is forbidden or full, what was to be kept lasts as
 * long as the page, and the page goes on.
 *
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Store
 */

/** @implements {Store} */
class Memory {
  #items = new Map();
  get length() {
    return this.#items.size;
  }
  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, value) {
    this.#items.set(key, String(value));
  }
  removeItem(key) {
    this.#items.delete(key);
  }
}

/** @returns {Store} the browser's storage, or one that forgets where there is none */
export function openStorage() {
  try {
    const probe = "haggle:probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return new Memory();
  }
}

/** Writes, and says whether it was kept. @param {Store} store */
export function keep(store, key, value) {
  try {
    store.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
