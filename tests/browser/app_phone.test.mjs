// On a phone everything is done with one thumb: a bar at the bottom, targets of 44 px, the camera, the keyboard's room.

import assert from "node:assert/strict";
import { eventually, pair, roomOf } from "./chat_page.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const TOUCH = 44;

export default async function (market) {
  const { seller, buyer, product, hers } = await pair(market, PHONE);
  await hers.live();
  await hers.text.fill("Is it still there?");
  await buyer.page.getByRole("button", { name: "Send" }).click();
  await hers.shows("Is it still there?");
  const room = `/rooms/${await roomOf(buyer.page)}`;
  const visitor = await market.newPerson("Vera", PHONE);
  await bar(visitor, ["Home", "Search", "Sell", "Messages", "You"]);
  await bar(buyer, ["Home", "Search", "Sell", "Messages", "You"]);
  await withoutScripts(market);
  await targets(visitor, ["/", "/products", "/products?q=bicycle", "/products?q=nothing", product, "/login", "/register", "/offline", "/about"]);
  await targets(buyer, ["/", product, room, "/messages", "/messages?q=still", "/account", "/notices", "/settings/notices"]);
  await targets(seller, ["/seller/dashboard", "/seller/products/new", `/seller${product}/edit`, product, room, "/account/sessions"]);
  await camera(seller);
  await keyboard(buyer, room);
  await wide(market);
}

/** Five places, in the thumb's reach, which say where one is. */
async function bar({ page }, names) {
  await page.goto("/");
  const links = page.getByRole("navigation", { name: "Main" }).getByRole("link");
  const shown = await links.evaluateAll((all) =>
    all.map((link) => ({ ...link.getBoundingClientRect().toJSON(), name: link.textContent, current: link.ariaCurrent })).filter(({ width }) => width > 0),
  );
  assert.equal(shown.length, names.length);
  for (const [at, name] of names.entries()) assert.ok(shown[at].name.includes(name), `${shown[at].name}: ${name}`);
  assert.deepEqual(shown.map(({ current }) => current), ["page", null, null, null, null]);
  for (const { top, bottom, width, name } of shown) {
    assert.ok(bottom <= 845 && top >= 844 - 90 && bottom - top >= TOUCH && width >= TOUCH, name);
  }
  await links.filter({ hasText: "Search" }).click();
  assert.equal(await links.filter({ hasText: "Search" }).getAttribute("aria-current"), "page");
}

/** The bar is links; nothing of it needs a script. */
async function withoutScripts(market) {
  const plain = await market.newBuyer("Petr", { ...PHONE, javaScriptEnabled: false });
  await plain.page.goto("/");
  await plain.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Messages" }).click();
  await plain.page.getByRole("heading", { name: "My Messages" }).waitFor();
  await plain.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Sell" }).click();
  await plain.page.getByRole("heading", { name: "Sell" }).waitFor();
}

/** Everything that a finger can press is as large as a finger, but links within a sentence (WCAG 2.5.8, "inline"). */
async function targets({ page, name }, paths) {
  const small = [];
  for (const path of paths) {
    await page.goto(path);
    small.push(...(await page.evaluate(smallTargets, TOUCH)).map((line) => `${name} at ${path}: ${line}`));
  }
  assert.deepEqual(small, []);
}

function smallTargets(least) {
  const found = [];
  for (const part of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    // A card is pressed wherever one likes.
    const isWhole = getComputedStyle(part, "::after").position === "absolute" && getComputedStyle(part).position === "static";
    const target = part.matches("input") ? (part.closest("label") ?? part) : isWhole ? part.offsetParent : part;
    const { width, height } = target.getBoundingClientRect();
    if (!target.checkVisibility({ visibilityProperty: true }) || width <= 1 || target.matches(".skip-link, .visually-hidden")) continue;
    const around = target.parentElement.closest("p, li, dd, td, h1, h2, h3, span, label") ?? target.parentElement;
    const isInSentence = getComputedStyle(target).display === "inline" && around.textContent.trim() !== target.textContent.trim();
    if (isInSentence || (width >= least - 0.5 && height >= least - 0.5)) continue;
    const text = (target.ariaLabel ?? target.textContent).trim().replace(/\s+/g, " ").slice(0, 40);
    found.push(`${target.tagName.toLowerCase()}.${target.className} “${text}” ${Math.round(width)} × ${Math.round(height)}`);
  }
  return found;
}

/** What is taken joins what was chosen; a second one joins the first. */
async function camera({ page }) {
  const picture = { mimeType: "image/png", buffer: await page.screenshot({ clip: { x: 0, y: 0, width: 80, height: 60 } }) };
  await page.goto("/seller/products/new");
  await page.getByText("Take a photo").waitFor();
  await page.setInputFiles("#photos", [{ name: "chosen.png", ...picture }]);
  for (const name of ["taken.png", "another.png"]) {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByText("Take a photo").click()]);
    assert.equal(await chooser.element().getAttribute("capture"), "environment");
    await chooser.setFiles([{ name, ...picture }]);
  }
  const files = await page.locator("#photos").evaluate((input) => [...input.files].map(({ name }) => name));
  assert.deepEqual(files, ["chosen.png", "taken.png", "another.png"]);
}

/** A keyboard that makes the page smaller, and one that lies over it: what is written is in view, the bar isn't. */
async function keyboard({ page }, room) {
  const end = () => page.locator("[data-composer]").evaluate((composer) => composer.getBoundingClientRect().bottom);
  await page.goto(room);
  await page.setViewportSize({ width: 390, height: 420 });
  await eventually("above a keyboard", async () => (await end()) <= 420);
  await page.setViewportSize(PHONE.viewport);
  await page.evaluate(() => {
    Object.defineProperty(visualViewport, "height", { configurable: true, get: () => 500 });
    visualViewport.dispatchEvent(new Event("resize"));
  });
  await eventually("above a keyboard that lies over the page", async () => (await end()) <= 501);
  assert.equal(await page.getByRole("navigation", { name: "Main" }).isVisible(), false);
  await page.evaluate(() => {
    delete visualViewport.height;
    visualViewport.dispatchEvent(new Event("resize"));
  });
  await eventually("down again", async () => (await end()) > 800);
}

/** At a desk there is no bar: a sidebar for whoever is signed in. */
async function wide(market) {
  const desk = { viewport: { width: 1280, height: 900 } };
  const [visitor, buyer] = [await market.newPerson("Vit", desk), await market.newBuyer("Bara", desk)];
  await visitor.page.goto("/");
  assert.equal(await visitor.page.getByRole("navigation", { name: "Main" }).isVisible(), false);
  await buyer.page.goto("/");
  const box = await buyer.page.getByRole("navigation", { name: "Main" }).boundingBox();
  assert.ok(box.width < 300 && box.height > 500, JSON.stringify(box));
}
