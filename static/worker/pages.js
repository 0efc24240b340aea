/*
 * Pages: from the network, and where there is none, those that are kept (network first). Kept are the list of conversations
 * and the last of them, as they were; nothing of the account, of staff, or of a seller's desk.
 *
 * Bounded in number and bytes; the oldest goes. Each copy says which version's files it needs, and goes with them.
 */

const PAGES = "haggle-pages";
const INBOX = "/messages";
const MAX_ROOMS = 20;
const MAX_PAGE_BYTES = 400_000;
const MAX_BYTES = 4_000_000;
const KEPT_AT = "haggle-kept-at";
const KEPT_FOR = "haggle-kept-for";
const STAMP = "haggle-stamp";

const isKept = ({ pathname, search }) =>
  search === "" && (pathname === INBOX || /^\/rooms\/buyer_\d+_seller_\d+$/.test(pathname));

async function answerPage(event) {
  const { request } = event;
  const url = new URL(request.url);
  const began = epoch;
  let response;
  try {
    response = (await event.preloadResponse) ?? (await fetch(request));
  } catch {
    return (isKept(url) && (await keptPage(url.pathname))) || offlinePage();
  }
  if (!isPage(response)) return response;
  const account = response.headers.get("haggle-account") ?? "";
  await meetAccount(account, began);
  if (account && isKept(url)) event.waitUntil(keepPage(url.pathname, response.clone(), account, ""));
  return response;
}

/** One that says whose it is: what a time-out or a limit answers doesn't. */
const isPage = ({ ok, type, headers }) =>
  ok && type === "basic" && (headers.get("content-type") ?? "").startsWith("text/html");

/** @param {string} stamp what the list of conversations says of it; empty if it was just looked at */
async function keepPage(path, response, account, stamp) {
  const began = epoch;
  const text = await response.text();
  if (!text.includes(STATIC)) return void self.registration.update().catch(() => {});
  const bytes = new Blob([text]).size;
  if (bytes > MAX_PAGE_BYTES) return;
  await inTurn(async () => {
    if (began !== epoch || account !== known) return;
    const headers = new Headers(response.headers);
    for (const name of ["content-encoding", "content-length"]) headers.delete(name);
    headers.set(KEPT_AT, String(Date.now()));
    headers.set(KEPT_FOR, VERSION);
    headers.set("haggle-bytes", String(bytes));
    headers.set(STAMP, stamp);
    const cache = await self.caches.open(PAGES);
    await cache.put(path, new Response(text, { headers }));
    await evict(cache);
  });
}

/** The oldest rooms, until the rest has room. */
async function evict(cache) {
  const pages = await Promise.all((await cache.keys()).map(async (request) => ({ request, headers: (await cache.match(request)).headers })));
  pages.sort((one, other) => Number(other.headers.get(KEPT_AT)) - Number(one.headers.get(KEPT_AT)));
  let [rooms, bytes] = [0, 0];
  for (const { request, headers } of pages) {
    bytes += Number(headers.get("haggle-bytes"));
    if (new URL(request.url).pathname !== INBOX) rooms += 1;
    if (rooms > MAX_ROOMS || bytes > MAX_BYTES) await cache.delete(request);
  }
}

/** As it was; the page says when that was (`html[data-kept]`). */
async function keptPage(path) {
  const kept = await (await self.caches.open(PAGES)).match(path);
  if (!kept || kept.headers.get("haggle-account") !== (await keptAccount())) return null;
  const at = new Date(Number(kept.headers.get(KEPT_AT))).toISOString();
  const text = (await kept.text()).replace("<html ", `<html data-kept="${at}" `);
  return new Response(text, { headers: kept.headers });
}

/** Copies whose files are gone. */
async function removeOldPages() {
  const names = await fileCaches();
  const cache = await self.caches.open(PAGES);
  for (const request of await cache.keys()) {
    const kept = await cache.match(request);
    if (!names.includes(FILES + kept?.headers.get(KEPT_FOR))) await cache.delete(request);
  }
}

/**
 * What a page knows of its rooms: those that have changed since are asked for, one after the other.
 * @param {{ path: string, stamp: string }[]} rooms
 */
async function keepRooms(rooms) {
  const account = await keptAccount();
  if (!account || !Array.isArray(rooms)) return;
  for (const { path, stamp } of rooms.slice(0, MAX_ROOMS)) {
    const url = new URL(path, self.location.origin);
    if (url.origin !== self.location.origin || !isKept(url)) continue;
    const kept = await (await self.caches.open(PAGES)).match(url.pathname);
    if (kept && kept.headers.get(STAMP) === stamp && kept.headers.get(KEPT_FOR) === VERSION) continue;
    const headers = { Accept: "text/html", Purpose: "prefetch" };
    const answer = await fetch(url, { headers, redirect: "error", cache: "no-store" }).catch(() => null);
    if (!answer || answer.headers.get("haggle-account") !== account) return;
    if (isPage(answer)) await keepPage(url.pathname, answer, account, stamp);
  }
}
