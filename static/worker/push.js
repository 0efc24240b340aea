/*
 * Web push: shows what is pushed, and opens the page that it is about.
 *
 * Every push shows a notification: browsers end subscriptions that stay silent. What is read elsewhere is decided by the
 * server before it pushes, and closed by open pages.
 */

/** What a push says; whatever can't be understood is news all the same. */
function readPush(data) {
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

async function showPush({ notification: { title, navigate, ...options }, badge }) {
  await self.registration.showNotification(title, { ...options, data: { url: own(navigate) } });
  if (Number.isInteger(badge)) await setBadge(badge);
}

/** The app's badge, where the system has one. */
async function setBadge(count) {
  const set = count > 0 ? self.navigator.setAppBadge?.(count) : self.navigator.clearAppBadge?.();
  await set?.catch(() => {});
}

/** In the window that shows it already, else in any of ours, else in a new one. */
async function openPage(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = windows.find((window) => window.url === url);
  if (same) return same.focus();
  const [any] = windows;
  const shown = any && (await any.navigate(url).catch(() => null));
  return shown ? shown.focus() : self.clients.openWindow(url);
}
