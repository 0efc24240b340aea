/**
 * Web push in this browser: on and off by a button on the page of choices, kept up to date on every page.
 *
 * A subscription ends without anybody hearing of it, and a sign-out ends it at the server: each page compares what the
 * browser has with what was told the server last, and tells it anew. Nobody is asked for permission but by the button.
 */
import { keep, openStorage } from "../lib/storage.js";
import { registerWorker } from "../lib/worker.js";

const KEY = "haggle:push";

/** @typedef {"unsupported" | "home-screen" | "denied" | "off" | "on"} State */

const store = openStorage();
/** Whose page this is. */
const session = document.documentElement.dataset.session ?? "";

const isSupported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** iPhones and iPads know push only in a web app on the Home Screen. */
function needsHomeScreen() {
  const isApple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.platform));
  return isApple && !matchMedia("(display-mode: standalone)").matches;
}

const registration = async () => (isSupported ? ((await navigator.serviceWorker.getRegistration("/")) ?? null) : null);

/** @returns {Promise<State>} */
export async function state() {
  if (needsHomeScreen()) return "home-screen";
  if (!isSupported) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  const subscription = await (await registration())?.pushManager.getSubscription();
  return subscription && told()?.session === session ? "on" : "off";
}

/** Asks for permission. @param {string} key the server's, base64url */
export async function turnOn(key) {
  if ((await Notification.requestPermission()) !== "granted") return;
  await registerWorker();
  await subscribe(await navigator.serviceWorker.ready, key);
}

export async function turnOff() {
  const subscription = await (await registration())?.pushManager.getSubscription();
  store.removeItem(KEY);
  if (!subscription) return;
  await post("/account/push/remove", { endpoint: subscription.endpoint });
  await subscription.unsubscribe();
}

/** What a page does by itself: where push was on for this person, it stays on. */
export async function sync() {
  if (!isSupported || told()?.session !== session || Notification.permission !== "granted") return;
  const worker = await registration();
  if (!worker) return;
  const subscription = await worker.pushManager.getSubscription();
  const { endpoint, key } = told() ?? {};
  if (subscription?.endpoint !== endpoint || sessionStorage.getItem(KEY) !== endpoint) {
    await subscribe(worker, key);
  }
}

/** Makes a subscription if there is none with this key, and tells the server of it. */
async function subscribe(worker, key) {
  let subscription = await worker.pushManager.getSubscription();
  if (subscription && encode(subscription.options?.applicationServerKey) !== key) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const answer = await post("/account/push", subscription.toJSON());
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const { endpoint } = subscription;
  keep(store, KEY, JSON.stringify({ session, endpoint, key }));
  sessionStorage.setItem(KEY, endpoint);
}

/** @returns {{ session: string, endpoint: string, key: string } | null} what the server was told last */
function told() {
  try {
    return JSON.parse(store.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

const post = (path, body) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

function encode(/** @type {ArrayBuffer | null | undefined} */ key) {
  if (!key) return "";
  const text = String.fromCharCode(...new Uint8Array(key));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Closes what is shown of notices that were read, and sets the app's badge. */
export async function closeRead() {
  const shown = (await (await registration())?.getNotifications()) ?? [];
  if (shown.length === 0) return;
  const answer = await fetch("/notices", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) return;
  const { tags, badge } = await answer.json();
  for (const notification of shown) if (!tags.includes(notification.tag)) notification.close();
  if (badge === 0) await navigator.clearAppBadge?.();
  else await navigator.setAppBadge?.(badge);
}
