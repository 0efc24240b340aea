// Unread badge and title stay right in the background, after a sleep and with late answers.

import assert from "node:assert/strict";
import { eventually, pair } from "./chat_page.mjs";

export default async function (market) {
  const { seller, hers } = await pair(market);
  const { page } = seller;
  await page.clock.install();
  const inbox = await watch(page);
  await hers.live();
  await hers.send("one");
  await hers.shows("one");

  await inTheBackground(page, hers);
  await asleep(page, hers, inbox);
  await withoutAList(page, hers, inbox);
  await anOlderAnswer(page, hers);
}

/** The page's own sockets, which can be made deaf or closed. */
async function watch(page) {
  const inbox = { count: 0, deaf: 0, close: () => {} };
  await page.routeWebSocket(/\/ws\/inbox$/, (socket) => {
    const nth = (inbox.count += 1);
    inbox.close = () => socket.close({ code: 1012 });
    socket.connectToServer().onMessage((frame) => nth <= inbox.deaf || socket.send(frame));
  });
  return inbox;
}

async function unread(page, count) {
  await eventually(`(${count}) in the title`, async () => (await page.title()).startsWith(`(${count}) `));
  assert.equal(await page.locator("[data-unread]").first().getAttribute("data-unread"), String(count));
}

/** Hidden for longer than anybody waits, it still counts up. */
async function inTheBackground(page, hers) {
  await page.goto("/account");
  await unread(page, 1);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.clock.fastForward("15:00");
  await page.clock.fastForward("15:00");
  await hers.send("two");
  await unread(page, 2);
}

/** The machine slept, its connection died without a word, and the page makes another. */
async function asleep(page, hers, inbox) {
  const before = inbox.count;
  await page.goto("/account");
  await eventually("a connection", () => inbox.count > before);
  await unread(page, 2);
  inbox.deaf = inbox.count;
  await hers.send("three");
  await hers.shows("one", "two", "three");
  await page.clock.fastForward("05:00");
  await unread(page, 3);
}

/** Where no list is, the socket's first word is enough: no page is asked for. */
async function withoutAList(page, hers, inbox) {
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const before = inbox.count;
  inbox.close();
  await hers.send("four");
  await eventually("another connection", () => inbox.count > before);
  await unread(page, 4);
  await page.clock.runFor(2_000);
  assert.deepEqual(asked.filter((path) => path === "/messages"), []);
}

/** The list comes from before the last news: the total stays, and the list is asked again. */
async function anOlderAnswer(page, hers) {
  await page.goto("/messages");
  await unread(page, 4);
  const totals = await record(page);
  let asked = () => {};
  let release = () => {};
  const [first, released] = [new Promise((resolve) => (asked = resolve)), new Promise((resolve) => (release = resolve))];
  await page.route(/\/messages$/, async (route) => {
    const response = await route.fetch();
    asked();
    await released;
    await route.fulfill({ response });
  });
  await hers.send("five");
  await first;
  await hers.send("six");
  await unread(page, 6);
  release();
  await page.locator("[data-preview]", { hasText: "six" }).waitFor();
  assert.deepEqual(await totals(), ["5", "6"]);
  // A question that is still on its way belongs to nobody any more.
  await page.unrouteAll({ behavior: "ignoreErrors" });
}

/** Every total that the badge shows from now on, as it changes. */
async function record(page) {
  await page.locator("[data-unread]").first().evaluate((badge) => {
    const totals = (window.totals = [badge.dataset.unread]);
    const look = () => badge.dataset.unread !== totals.at(-1) && totals.push(badge.dataset.unread);
    new MutationObserver(look).observe(badge, { attributes: true });
  });
  return () => page.evaluate(() => window.totals.slice(1));
}
