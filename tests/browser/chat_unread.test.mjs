// A conversation opens at its first unread message, and only what was in view is read.

import assert from "node:assert/strict";
import { eventually, fill, pair, readAll, roomOf } from "./chat_page.mjs";

const WINDOW = { viewport: { width: 390, height: 700 } };

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market, WINDOW);
  await hers.send("1");
  await hers.shows("1");
  const room = await roomOf(buyer.page);
  const says = (n) => `${n} ${"some words ".repeat(9)}`;
  await fill(room, 10, [buyer, buyer], says);
  await readAll(room, seller);

  await few(seller, buyer, his, room);
  await away(seller);
  await fill(room, 20, [buyer, buyer], says);
  await manyOfAPage(seller, his, room);
  await away(seller);
  await readAll(room, seller);
  await fill(room, 90, [buyer, buyer], says);
  await moreThanAPage(seller, his, room);
  await withoutJavaScript(market, seller, room);
}

const line = (page) => page.locator("[data-unread-line]");

/** The entry below the line, and how far below the top of the conversation the line stands. */
function place(page) {
  return line(page).evaluate((line) => ({
    below: Number(line.nextElementSibling.dataset.seq),
    top: Math.abs(Math.round(line.getBoundingClientRect().top - line.closest("[data-scroll]").getBoundingClientRect().top)),
  }));
}

/** Nobody looks at the conversation, so that what comes stays unread. */
async function away({ page }) {
  await page.goto("/account");
}

/** What fits on the screen is shown with the end, below the line. */
async function few(seller, buyer, his, room) {
  await buyer.context.request.post(`/rooms/${room}/messages`, { form: { body: "one more" } });
  await seller.page.goto(`/rooms/${room}`);
  await his.live();
  assert.equal((await place(seller.page)).below, 11);
  assert.equal((await his.scroll()).fromEnd, 0);
  await eventually("read", async () => (await marks(seller, room)).read.seller === 11);
  await seller.page.reload();
  await his.live();
  assert.equal(await line(seller.page).count(), 0);
}

/** What doesn't fit begins at the top, and is read as it is scrolled to. */
async function manyOfAPage(seller, his, room) {
  await seller.page.goto(`/rooms/${room}`);
  await his.live();
  assert.deepEqual(await place(seller.page), { below: 12, top: 0 });
  const { read, last_seq } = await eventually("read what is seen", async () => {
    const now = await marks(seller, room);
    return now.read.seller > 11 && now;
  });
  assert.ok(read.seller < last_seq, `read up to ${read.seller} of ${last_seq}`);
  await seller.page.getByRole("button", { name: "To the newest messages" }).click();
  await eventually("all is read", async () => (await marks(seller, room)).read.seller === last_seq);
}

/** A page begins shortly before, and goes on as one scrolls; the end is one press away. */
async function moreThanAPage(seller, his, room) {
  await seller.page.goto(`/rooms/${room}`);
  await his.live();
  assert.deepEqual(await place(seller.page), { below: 31, top: 0 });
  assert.equal((await his.entries())[0].seq, 26);
  await seller.page.getByRole("link", { name: "Newest messages" }).click();
  await his.live();
  assert.equal((await his.entries()).at(-1).seq, 119);
  assert.equal((await his.scroll()).fromEnd, 0);
  await eventually("all is read", async () => (await marks(seller, room)).read.seller === 119);
}

/** The page opens at its end by itself. */
async function withoutJavaScript(market, seller, room) {
  const { page, context } = await market.newPerson("Tomas again", { ...WINDOW, javaScriptEnabled: false });
  await context.addCookies(await seller.context.cookies());
  await page.goto(`/rooms/${room}`);
  const [last, box] = await Promise.all([page.locator("#entry_119").boundingBox(), page.locator("[data-scroll]").boundingBox()]);
  assert.ok(last.y >= box.y && last.y + last.height <= box.y + box.height, "the newest message is in view");
  assert.match(await page.locator("haggle-room noscript p").textContent(), /Ana has read everything\. Times are in UTC\./);
}

async function marks(person, room) {
  const answer = await person.context.request.get(`/rooms/${room}/messages?limit=1`, {
    headers: { Accept: "application/json" },
  });
  return answer.json();
}
