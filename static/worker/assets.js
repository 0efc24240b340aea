/*
 * Scripts, styles and pictures of the kept pages, precached by addresses with the content's hash.
 *
 * Each version has a cache of its own, and the one before stays: a page that is open, or kept, goes on with the files that
 * it was made for. What a server of another version answers isn't kept under this one's address.
 */

const FILES = "haggle-files-";
const OWN_FILES = FILES + VERSION;
const OFFLINE_PAGE = "/offline";

async function installFiles() {
  const cache = await self.caches.open(OWN_FILES);
  const offline = await fetch(OFFLINE_PAGE, { credentials: "omit", cache: "reload" });
  if (!offline.ok || !(await offline.clone().text()).includes(STATIC)) throw new Error("a server of another version");
  await cache.put(OFFLINE_PAGE, offline);
  await Promise.all(ASSETS.map((address) => installFile(cache, address)));
}

async function installFile(cache, address) {
  const answer = await fetch(address, { credentials: "omit" });
  const isOfVersion = !address.startsWith(STATIC) || /immutable/.test(answer.headers.get("cache-control") ?? "");
  if (!answer.ok || !isOfVersion) throw new Error(`${address} isn't what was asked for`);
  await cache.put(address, answer);
}

/** Of the versions, in the order in which they came. */
async function fileCaches() {
  return (await self.caches.keys()).filter((name) => name.startsWith(FILES));
}

/** All but this version's and the one before. */
async function removeOldFiles() {
  const old = (await fileCaches()).filter((name) => name !== OWN_FILES).slice(0, -1);
  await Promise.all(old.map((name) => self.caches.delete(name)));
}

const isFile = ({ pathname, search }) => pathname.startsWith("/static/") || ASSETS.includes(pathname + search);

/** From the cache of the version that it is of, else from the server. */
async function answerFile(request) {
  for (const name of (await fileCaches()).reverse()) {
    const kept = await (await self.caches.open(name)).match(request);
    if (kept) return kept;
  }
  return fetch(request);
}

async function offlinePage() {
  const page = await (await self.caches.open(OWN_FILES)).match(OFFLINE_PAGE);
  return page ?? Response.error();
}
