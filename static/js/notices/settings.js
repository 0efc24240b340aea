/**
 * The page of choices: the button for push, and the browser's own time zone. Every sentence stands in the page; this
 * shows the one that fits.
 */
import { state, turnOff, turnOn } from "./push.js";

const panel = /** @type {HTMLElement | null} */ (document.querySelector("[data-push]"));

async function show() {
  const now = await state().catch(() => "unsupported");
  for (const part of panel?.querySelectorAll("[data-push-state]") ?? []) {
    if (part instanceof HTMLElement) part.hidden = part.dataset.pushState !== now;
  }
}

async function run(/** @type {HTMLButtonElement} */ button, action) {
  const failed = /** @type {HTMLElement | null} */ (panel?.querySelector("[data-push-failed]"));
  if (failed) failed.hidden = true;
  button.disabled = true;
  try {
    await action();
  } catch {
    if (failed) failed.hidden = false;
  }
  button.disabled = false;
  await show();
}

panel?.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.dataset.pushOn !== undefined) void run(button, () => turnOn(panel.dataset.push ?? ""));
  if (button?.dataset.pushOff !== undefined) void run(button, turnOff);
});
if (panel) void show();

const zone = document.querySelector("select[name=time_zone][data-unset]");
if (zone instanceof HTMLSelectElement) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some(({ value }) => value === own)) zone.value = own;
}
