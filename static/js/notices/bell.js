/**
 * The bell: its counter, on every page, and the list on the page of notices; and what push needs of every page.
 *
 * Notify, then fetch: the inbox's socket says how many wait (`haggle:notices`), and the list is the server's own HTML,
 * requested at most once in 400 ms. Without this script both are as old as the page.
 */
import { localTimes } from "../lib/time.js";
import { closeRead, sync } from "./push.js";

const COALESCE_MS = 400;
const MAX_SHOWN = 99;
const LIST = "[data-notice-list]";

let timer = 0;

// A browser that can't, or may not just now, tells nobody: the page works without.
void sync().catch(() => {});

addEventListener("haggle:notices", (event) => {
  void closeRead().catch(() => {});
  const { unread } = /** @type {CustomEvent<{ unread: number }>} */ (event).detail;
  const badge = document.querySelector("[data-notices]");
  if (!(badge instanceof HTMLElement)) return;
  badge.textContent = unread > MAX_SHOWN ? `${MAX_SHOWN}+` : String(unread);
  badge.hidden = unread === 0;
  if (!document.querySelector(LIST)) return;
  clearTimeout(timer);
  timer = setTimeout(refresh, COALESCE_MS);
});

/** The keyboard's place in the list stays where it is. */
async function refresh() {
  const page = await read(location.href).catch(() => null);
  const [list, fresh] = [document.querySelector(LIST), page?.querySelector(LIST)];
  if (!list || !fresh || list.innerHTML === fresh.innerHTML) return;
  const row = list.contains(document.activeElement) ? document.activeElement?.closest("[id]")?.id : undefined;
  list.replaceWith(fresh);
  localTimes(fresh);
  const button = row && document.getElementById(row)?.querySelector("button");
  if (button instanceof HTMLElement) button.focus({ preventScroll: true });
}

async function read(url) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!response.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
