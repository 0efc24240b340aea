// Entries change in their place, unknown kinds are shown as sent, and a tail that the server lost goes.

import assert from "node:assert/strict";
import { eventually, fill, pair, readAll, roomOf } from "./chat_page.mjs";

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market, { viewport: { width: 1000, height: 700 } });
  await hers.send("1");
  await hers.shows("1");
  const room = await roomOf(buyer.page);
  await fill(room, 40, [seller, buyer]);
  await readAll(room, seller);
  const { push } = await watch(seller.page);
  await seller.page.goto(`/rooms/${room}`);
  await his.live();
  await inPlace(seller.page, his, push);
  await seller.axe();
  await unknownKind(his, push);
  await lostTail(seller.page, hers, his, push);
}

/** The room's socket of this page, into which frames can be put. */
async function watch(page) {
  const sockets = [];
  await page.routeWebSocket(/\/ws\/buyer_/, (socket) => {
    sockets.push(socket);
    socket.connectToServer();
  });
  return { push: (frame) => sockets.at(-1).send(JSON.stringify(frame)) };
}

const drawing = (page, seq) => page.locator(`#entry_${seq}`).evaluate((entry) => entry.outerHTML);

/** The entry stays where it was, on its side; the reader stays, and so does the keyboard's focus. */
async function inPlace(page, his, push) {
  await page.locator("[data-scroll]").evaluate((box) => (box.scrollTop = box.scrollHeight / 2));
  await page.locator("[data-end]").waitFor();
  const before = await his.scroll();
  const entries = await his.entries();
  const above = await drawing(page, 2);
  push({ type: "changed", seq: 2, html: above.replace(/data-body[^>]*>/, "$&taken back<br><br><br>") });
  await page.getByText("taken back").waitFor();
  assert.deepEqual((await his.scroll()).fromEnd, before.fromEnd, "what is read doesn't move");
  const after = await his.entries();
  assert.deepEqual(after.map(({ seq, from, seen }) => [seq, from, seen]), entries.map(({ seq, from, seen }) => [seq, from, seen]));

  push({ type: "changed", seq: 999, html: above.replace(/entry_2|data-seq="2"/g, (it) => it.replace("2", "999")) });
  push({ type: "changed", seq: 40, html: (await drawing(page, 40)).replace(/data-body[^>]*>/, "$&edited: ") });
  await page.locator("#entry_40", { hasText: "edited: " }).waitFor();
  assert.equal((await his.entries()).length, entries.length, "what isn't shown isn't added");
}

/** Kinds are the server's business: the page shows the html that it is given, or nothing. */
async function unknownKind(his, push) {
  const html = (seq) => `<li class="entry" id="entry_${seq}" data-seq="${seq}" data-from="buyer" data-client-id="x-${seq}"><p data-body>a card</p></li>`;
  push({ type: "message", seq: 41, kind: "card", from: "buyer", client_id: "x-41", html: html(41) });
  push({ type: "message", seq: 42, kind: "withheld", html: "" });
  push({ type: "message", seq: 43, kind: "card", from: "buyer", client_id: "x-43", html: html(43) });
  push({ type: "unheard of", seq: 44 });
  await eventually("both cards", async () => (await his.entries()).slice(-2).map(({ seq }) => seq).join() === "41,43");
}

/**
 * After a fail-over the server has less than the page, which then shows what it has, and what is new.
 * On a slow machine the real socket may have connected anew by now, whose hello says the same.
 */
async function lostTail(page, hers, his, push) {
  push({ type: "hello", last_seq: 40, read: { buyer: 40, seller: 40 }, online: true });
  await eventually("the tail is gone", async () => (await his.entries()).at(-1).seq === 40);
  await page.locator("#entry_40", { hasText: "edited: " }).waitFor({ state: "detached" });
  await hers.send("after the fail-over");
  await his.receives("after the fail-over");
  assert.equal((await his.entries()).at(-1).seq, 41);
}
