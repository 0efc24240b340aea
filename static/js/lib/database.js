/**
 * The device's own store (IndexedDB), which pages and the service worker share: what waits to be sent, what was shared from
 * another program, and whose it is. Every function is rejected where the browser has none, or no room.
 *
 * @typedef {"outbox" | "shared" | "state"} StoreName
 */
const DATABASE = "haggle";
const STORES = ["outbox", "shared", "state"];

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => STORES.forEach((name) => opening.result.createObjectStore(name));
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = opening.onblocked = () => reject(opening.error ?? new Error("blocked"));
  });
}

/**
 * One transaction; resolved when it is committed.
 * @param {StoreName} name @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>} the request's result
 */
async function transact(name, mode, act) {
  const database = await openDatabase();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @param {StoreName} name @param {string} key */
export const getStored = (name, key) => transact(name, "readonly", (store) => store.get(key));

/** @param {StoreName} name @returns {Promise<any[]>} */
export const allStored = (name) => transact(name, "readonly", (store) => store.getAll());

/** @param {StoreName} name @param {string} key @param {unknown} value */
export const putStored = (name, key, value) => transact(name, "readwrite", (store) => store.put(value, key));

/** @param {StoreName} name @param {string} key */
export const removeStored = (name, key) => transact(name, "readwrite", (store) => store.delete(key));

/** @param {StoreName} name */
export const clearStored = (name) => transact(name, "readwrite", (store) => store.clear());
