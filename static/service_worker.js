/**
 * The service worker, at /service-worker.js: shows what is pushed, and opens the page that it is about.
 *
 * Every push shows a notification: browsers end subscriptions that stay silent. What is read elsewhere is decided by the
 * server before it pushes, and closed by open pages. Pages aren't cached here.
 */

/** What a push says; whatever can't be understood is news all the same. */
function read(data) {
  try {
    const { notification, app_badge: badge } = data.json();
    if (typeof notification?.title === "string") return { notification, badge };
  } catch {
    // Said below.
  }
  return { notification: { title: "There is something new", navigate: "/notices", tag: "notices" }, badge: undefined };
}

/** Only pages of our own. */
function own(address) {
  const url = new URL(address ?? "/notices", self.location.origin);
  return url.origin === self.location.origin ? url.href : new URL("/notices", self.location.origin).href;
}

async function show({ notification: { title, navigate, ...options }, badge }) {
  await self.registration.showNotification(title, { ...options, data: { url: own(navigate) } });
  if (Number.isInteger(badge)) await self.navigator.setAppBadge?.(badge);
}

/** In the window that shows it already, else in any of ours, else in a new one. */
async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = windows.find((window) => window.url === url);
  if (same) return same.focus();
  const [any] = windows;
  const shown = any && (await any.navigate(url).catch(() => null));
  return shown ? shown.focus() : self.clients.openWindow(url);
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(own(event.notification.data?.url)));
});
