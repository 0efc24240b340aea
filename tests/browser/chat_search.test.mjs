// A search hit opens in its place; reading on loads page by page up to the live end.

import assert from "node:assert/strict";
import { ChatPage, eventually, fill, pair, readAll, roomOf } from "./chat_page.mjs";

const COUNT = 170;
const WHERE = 40;
const WINDOW = { viewport: { width: 1000, height: 700 } };

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market, WINDOW);
  await hers.send("first");
  await hers.shows("first");
  const room = await roomOf(buyer.page);
  const body = (n) => (n === WHERE ? "The needle, at last" : `${n} ${"some words ".repeat(n % 13)}`);
  await fill(room, COUNT, [buyer, seller], body);
  await readAll(room, buyer);
  await buyer.page.goto(`/rooms/${room}`);
  await hers.live();

  const found = async () => /<mark>/.test(await (await seller.context.request.get("/messages?q=eedle")).text());
  await eventually("to be found", found);
  await find(seller.page);
  await his.live();
  await inItsPlace(seller.page);
  await seller.axe();
  assert.ok((await last(his)) < COUNT, "what comes later isn't loaded unasked");
  const read = await eventually("read what was seen", () => readBySeller(seller, room));
  assert.ok(read < COUNT / 2, `read up to ${read}`);

  // What arrives meanwhile waits at the end, and nothing moves. The badge follows the read marks first.
  const stored = async () => {
    const html = await (await seller.context.request.get("/messages")).text();
    return Number(/data-unread="(\d+)"/.exec(html)?.[1]);
  };
  await eventually("the badge to be right", async () => (await unread(seller.page)) === (await stored()));
  const [before, waiting] = [await his.scroll(), await unread(seller.page)];
  await hers.send("meanwhile");
  await eventually("told of", async () => (await unread(seller.page)) > waiting);
  assert.equal((await his.scroll()).top, before.top);
  assert.ok((await last(his)) < COUNT);

  await downToTheEnd(seller.page);
  await his.receives("meanwhile");
  const seqs = (await his.entries()).map(({ seq }) => seq);
  assert.deepEqual(seqs, Array.from(seqs, (_, index) => seqs[0] + index), "in order, without holes");
  assert.equal(seqs.at(-1), COUNT + 1);
  assert.equal(await seller.page.locator("[data-newest]").count(), 0);
  await hers.send("and then");
  await his.receives("and then");

  // Whoever answers in the middle is where the answer stands.
  await find(seller.page);
  await his.live();
  await his.send("from the middle");
  await seller.page.waitForURL(`**/rooms/${room}/messages`);
  await his.receives("from the middle");
  assert.equal((await his.entries()).at(-1).body, "from the middle");

  // Back is where one came from, with what was found.
  await find(seller.page);
  await seller.page.getByRole("link", { name: "Back to My Messages" }).click();
  await seller.page.waitForURL("**/messages?q=eedle");
  assert.deepEqual(await seller.page.locator("[data-found] mark").allTextContents(), ["eedle"]);

  await find(seller.page);
  await seller.page.getByRole("link", { name: "Newest messages" }).click();
  await his.live();
  assert.equal(await last(his), COUNT + 3);

  const plain = await market.newPerson("Tomas", { ...WINDOW, javaScriptEnabled: false });
  await plain.signIn();
  await find(plain.page);
  await inItsPlace(plain.page);
}

/** Searches for a part of a word and goes to the only hit. */
async function find(page) {
  await page.goto("/messages");
  const box = page.getByRole("searchbox", { name: "Search your conversations" });
  await box.fill("eedle");
  await box.press("Enter");
  await page.waitForURL("**/messages?q=eedle");
  assert.deepEqual(await page.locator("[data-found] mark").allTextContents(), ["eedle"]);
  assert.equal(await box.inputValue(), "eedle");
  await page.locator("[data-found] a").click();
  await page.waitForURL(`**?at=${WHERE}#entry_${WHERE}`);
}

/** The hit is marked, and wholly to be seen. */
async function inItsPlace(page) {
  const hit = page.locator(`#entry_${WHERE}`);
  await eventually("in view", async () => {
    const [entry, box] = [await hit.boundingBox(), await page.locator("[data-scroll]").boundingBox()];
    return entry.y >= box.y && entry.y + entry.height <= box.y + box.height;
  });
  assert.notEqual(await hit.locator("[data-body]").locator("..").evaluate((bubble) => getComputedStyle(bubble).outlineStyle), "none");
}

async function last(chat) {
  return (await chat.entries()).at(-1).seq;
}

async function readBySeller(seller, room) {
  const answer = await seller.context.request.get(`/rooms/${room}/messages?limit=1`, {
    headers: { Accept: "application/json" },
  });
  return (await answer.json()).read.seller;
}

function unread(page) {
  return page.locator("[data-unread]").first().evaluate((badge) => Number(badge.textContent.match(/\d+/)?.[0]));
}

/** Scrolls down step by step; after each, what was in view has moved by the step and no more. */
async function downToTheEnd(page) {
  const later = page.locator("[data-later]");
  for (let step = 0; step < 400 && (await later.count()) > 0; step += 1) {
    const moved = await page.evaluate(async () => {
      const box = document.querySelector("[data-scroll]");
      const top = box.getBoundingClientRect().top;
      box.scrollTop += 150;
      const mark = [...box.querySelectorAll("[data-seq]")].find((entry) => entry.getBoundingClientRect().top >= top);
      const before = mark.getBoundingClientRect().top;
      await new Promise((resolve) => setTimeout(resolve, 60));
      return Math.abs(mark.getBoundingClientRect().top - before);
    });
    assert.ok(moved <= 2, `what was read moved by ${moved} px`);
  }
  assert.equal(await later.count(), 0);
}
