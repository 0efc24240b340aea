/*
 * The service worker, at /sw.js: which event goes where. `VERSION`, `STATIC` and `ASSETS` stand before the first part.
 *
 * A new version takes over as soon as it is installed; open pages go on with their own files, which stay, and nothing is
 * loaded anew by itself.
 */

const SIGN_OUTS = ["/logout", "/account/sign-out-everywhere"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(installFiles());
});

self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      await self.registration.navigationPreload?.enable();
      await removeOldFiles();
      await removeOldPages();
      await self.clients.claim();
    })(),
  ),
);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.method === "GET") return event.respondWith(answerPage(event));
  if (request.method === "GET" && isFile(url)) return event.respondWith(answerFile(request));
  if (request.mode !== "navigate" || request.method !== "POST") return;
  if (SIGN_OUTS.includes(url.pathname)) return event.respondWith(answerSignOut(request));
  if (url.pathname === SHARE) event.respondWith(answerShare(event));
});

/** Whether the server hears of it or not: what is on this device is gone. */
async function answerSignOut(request) {
  await Promise.all([forget(), forgetShared()]);
  return fetch(request).catch(offlinePage);
}

self.addEventListener("message", (event) => {
  const { type, rooms } = event.data ?? {};
  if (type === "forget") event.waitUntil(forget());
  if (type === "keep") event.waitUntil(keepRooms(rooms));
});

self.addEventListener("sync", (event) => {
  if (event.tag === OUTBOX_SYNC) event.waitUntil(sendOutbox());
});

self.addEventListener("push", (event) => event.waitUntil(showPush(readPush(event.data))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(own(event.notification.data?.url)));
});
