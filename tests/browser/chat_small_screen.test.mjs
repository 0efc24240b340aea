// Small screens and large text: nothing overlaps or leaves the window.

import assert from "node:assert/strict";
import { ChatPage, eventually, pair, roomOf } from "./chat_page.mjs";

const WIDE = 1280;

export default async function (market) {
  const { buyer, product, hers } = await pair(market);
  await hers.send("Is it still there?", "مرحبا، كم السعر؟");
  await hers.shows("Is it still there?", "مرحبا، كم السعر؟");
  const room = await roomOf(buyer.page);
  await found(buyer, "still");
  for (const [width, height] of [[320, 568], [390, 844], [844, 390], [WIDE, 800]]) {
    const { page } = await same(market, buyer, { viewport: { width, height } });
    for (const path of [`/rooms/${room}`, `${product}#chat`, "/messages", "/messages?q=still", "/messages?q=nothing"]) {
      await page.goto(path);
      for (const size of ["100%", "200%"]) {
        await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
        const place = `${path} at ${width} px, ${size}`;
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), place);
        await apart(page.locator("[data-composer] > :is(textarea, label, button):visible"), place);
        if (width < WIDE) await apart(page.getByRole("navigation", { name: "Main" }).locator(":is(a, button) > :is(span, svg):visible"), place);
      }
    }
  }
  for (const [width, height] of [[390, 400], [844, 390]]) {
    const { page } = await same(market, buyer, { viewport: { width, height } });
    await page.goto(`${product}#chat`);
    await clear(page);
  }
  await fromTheRight(buyer.page, hers, room);
}

/** What was just said can be searched for. */
function found({ context }, words) {
  return eventually("found", async () => /<mark>/.test(await (await context.request.get(`/messages?q=${words}`)).text()));
}

/** With a keyboard on the screen, or a phone on its side, nothing covers what is written. */
async function clear(page) {
  await page.waitForLoadState();
  const chat = new ChatPage(page);
  await chat.text.click();
  await chat.text.fill("Could");
  await eventually("in view", async () => {
    const [parts, height] = [await page.locator("[data-composer] > :is(textarea, button)").all(), page.viewportSize().height];
    const boxes = await Promise.all(parts.map((part) => part.boundingBox()));
    return boxes.every((box) => box.y >= 0 && box.y + box.height <= height);
  });
  assert.equal(await page.getByRole("navigation", { name: "Main" }).isVisible(), false);
}

/** Another window of the same person. */
async function same(market, person, options) {
  const again = await market.newPerson(`${person.name} ${options.viewport.width}`, options);
  await again.context.addCookies(await person.context.cookies());
  return again;
}

/** No two of these have a place in common, and all are in the window. */
async function apart(parts, place) {
  const boxes = await parts.evaluateAll((all) => all.map((part) => part.getBoundingClientRect().toJSON()));
  const width = await parts.page().evaluate(() => innerWidth);
  boxes.forEach((one, n) => {
    assert.ok(one.left >= 0 && one.right <= width + 1, `${place}: out of the window`);
    for (const other of boxes.slice(n + 1)) {
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      assert.ok(across <= 1 || down <= 1, `${place}: one over the other`);
    }
  });
}

/** Arabic and Hebrew begin at the right, wherever they stand. */
async function fromTheRight(page, hers, room) {
  const direction = (selector) => page.locator(selector).last().evaluate((part) => getComputedStyle(part).direction);
  await page.goto("/messages");
  assert.equal(await direction("[data-preview]"), "rtl");
  await page.goto("/messages?q=مرحبا");
  assert.equal(await direction("[data-preview]"), "rtl");
  await page.goto(`/rooms/${room}`);
  assert.equal(await direction("[data-seq] [data-body]"), "rtl");
  await hers.text.fill("שלום");
  assert.equal(await direction("[data-composer] textarea"), "rtl");
}
