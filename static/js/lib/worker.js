/**
 * The service worker, from a page: installed after the page is there, and told what pages know. Browsers have one on https
 * and localhost only; without it everything works that needs a connection.
 */
const WORKER = "/sw.js";

const container = globalThis.navigator?.serviceWorker ?? null;

/** Resolved when it is registered. @returns {Promise<ServiceWorkerRegistration | null>} */
export async function registerWorker() {
  return container?.register(WORKER, { updateViaCache: "none" }) ?? null;
}

/** On every page, out of the way of what the page loads. */
export function startWorker() {
  const start = () => void registerWorker().catch(() => {});
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}

/** @param {{ type: "forget" } | { type: "keep", rooms: { path: string, stamp: string }[] }} message */
export async function tellWorker(message) {
  (await container?.getRegistration("/"))?.active?.postMessage(message);
}

/** Asks for being woken when there is a connection again, where the browser can do that. @param {string} tag */
export async function wakeWorker(tag) {
  const registration = /** @type {any} */ (await container?.getRegistration("/"));
  await registration?.sync?.register(tag).catch(() => {});
}
