/**
 * "Put it on your Home Screen": a quiet line, from somebody's second visit on, until they do it or close it. Never in the app
 * itself. Browsers that can ask (`beforeinstallprompt`) do so at the button; on iPhones and iPads the line says how.
 */
import { keep, openStorage } from "./storage.js";

const VISITS = "haggle:visits";
const CLOSED = "haggle:install";

/** @type {any} the browser's offer */
let offer = null;

/** A visit lasts as long as its tab. */
function visits(store) {
  const before = Number(store.getItem(VISITS)) || 0;
  try {
    if (sessionStorage.getItem(VISITS)) return before;
    sessionStorage.setItem(VISITS, "1");
  } catch {
    return before;
  }
  keep(store, VISITS, String(before + 1));
  return before + 1;
}

function isApple() {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.platform));
}

export function offerInstall(store = openStorage()) {
  const isInstalled = matchMedia("(display-mode: standalone), (display-mode: minimal-ui)").matches;
  const isWelcome = visits(store) > 1 && !store.getItem(CLOSED) && !isInstalled;
  /** @type {HTMLElement | null} */
  const line = document.querySelector("[data-install]");
  const close = () => {
    keep(store, CLOSED, "closed");
    if (line) line.hidden = true;
  };
  const show = (/** @type {string} */ part) => {
    if (!line || !isWelcome) return;
    line.hidden = false;
    line.querySelector(`[data-install-${part}]`)?.removeAttribute("hidden");
  };
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    show("button");
  });
  addEventListener("appinstalled", close);
  line?.querySelector("[data-install-close]")?.addEventListener("click", close);
  line?.querySelector("[data-install-button]")?.addEventListener("click", async () => {
    await offer?.prompt();
    close();
  });
  if (isApple() && !(/** @type {any} */ (navigator).standalone)) show("apple");
}
