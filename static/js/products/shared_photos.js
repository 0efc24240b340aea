/**
 * /share: what the service worker kept over a sign-in is handed in, in the page's own form. What is older than half an hour
 * is nobody's any more.
 */
import { getStored, removeStored } from "../lib/database.js";

const LASTS = 30 * 60 * 1000;
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-shared]"));

async function handIn() {
  const shared = await getStored("shared", "latest");
  await removeStored("shared", "latest");
  if (!shared || Date.now() - shared.at > LASTS) return;
  for (const name of ["title", "text", "url"]) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = shared[name];
  }
  const files = new DataTransfer();
  for (const file of shared.files) files.items.add(file);
  /** @type {HTMLInputElement} */ (form.elements.namedItem("photos")).files = files.files;
  for (const none of document.querySelectorAll("[data-shared-none]")) none.setAttribute("hidden", "");
  document.querySelector("[data-shared-some]")?.removeAttribute("hidden");
  form.submit();
}

if (form) void handIn().catch(() => {});
