// The pages as an app: a browser would install it, it is offered quietly, and its icon counts what is unread.

import assert from "node:assert/strict";
import { eventually, pair } from "./chat_page.mjs";

export default async function (market) {
  await installable(market);
  await offered(market);
  await counted(market);
}

/** As Chromium itself judges: no error in the manifest, nothing that stands in the way, every picture as it says. */
async function installable(market) {
  const { page, context } = await market.newPerson("Iva", { worker: true });
  await page.goto("/");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const cdp = await context.newCDPSession(page);
  const { url, errors, data } = await cdp.send("Page.getAppManifest");
  assert.deepEqual([new URL(url).pathname, errors], ["/manifest.webmanifest", []]);
  // A context of its own is a private window to Chromium, in which nothing is installed; that is all it complains of.
  const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"), []);
  const manifest = JSON.parse(data);
  const pictures = [...manifest.icons, ...manifest.screenshots, ...manifest.shortcuts.flatMap(({ icons }) => icons)];
  for (const { src, sizes } of pictures) {
    const real = await page.evaluate(async (src) => {
      const { width, height } = await createImageBitmap(await (await fetch(src)).blob());
      return `${width}x${height}`;
    }, src);
    assert.equal(real, sizes, src);
  }
  for (const { url } of manifest.shortcuts) assert.ok((await page.goto(url)).ok(), url);
}

/** From the second visit on, on pages to look around, until it is closed; never in the app itself. */
async function offered(market) {
  const person = await market.newPerson("Olga");
  const line = person.page.locator("[data-install]");
  const visit = async (page, path = "/") => {
    await page.goto(path);
    await page.evaluate(() => dispatchEvent(Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt: async () => (window.asked = true) })));
    return page.locator("[data-install]");
  };
  await visit(person.page);
  assert.equal(await line.isVisible(), false, "not at the first visit");
  const second = await person.newTab();
  await (await visit(second)).waitFor();
  await person.axe(second);
  assert.equal(await (await visit(second, "/login")).count(), 0, "not while somebody is at something");
  await visit(second);
  await second.getByRole("button", { name: "Install", exact: true }).click();
  await eventually("asked", () => second.evaluate(() => window.asked));
  assert.equal(await (await visit(second)).isVisible(), false);

  const phone = await market.newPerson("Jana", { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/605.1.15" });
  await phone.page.goto("/");
  const again = await phone.newTab("/");
  await again.getByText("Tap Share, then “Add to Home Screen”").waitFor();
  await again.getByRole("button", { name: "Don’t offer this again" }).click();
  await again.reload();
  assert.equal(await again.locator("[data-install]").isVisible(), false);

  const app = await market.newPerson("Ivo");
  await app.context.addInitScript(() => {
    const real = window.matchMedia;
    window.matchMedia = (query) => (/standalone/.test(query) ? { ...real.call(window, "all"), matches: true } : real.call(window, query));
  });
  await app.page.goto("/");
  assert.equal(await (await visit(await app.newTab())).isVisible(), false, "it is installed");
}

/** Live, and gone with what was unread, and with the session. */
async function counted(market) {
  const { seller, hers } = await pair(market);
  await seller.context.addInitScript(() => {
    navigator.setAppBadge = async (count) => (window.badge = count);
    navigator.clearAppBadge = async () => (window.badge = 0);
  });
  const badge = (count) => eventually(`a badge of ${count}`, async () => (await seller.page.evaluate(() => window.badge)) === count);
  await seller.page.goto("/");
  await badge(0);
  await hers.send("Is it still there?");
  await badge(1);
  await seller.page.evaluate(() => { document.querySelector("form[action='/logout']").requestSubmit(); });
  await seller.page.getByRole("link", { name: "Sign in" }).first().waitFor();
  await badge(0);
}
