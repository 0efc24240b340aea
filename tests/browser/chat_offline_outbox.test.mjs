// Nothing written is lost: drafts, offline, lost acknowledgements, no WebSockets, rejections.

import assert from "node:assert/strict";
import { AWAY, eventually, pair, roomOf } from "./chat_page.mjs";

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market);
  buyer.expect(AWAY);
  await hers.live();
  await draft(buyer, hers);
  await keys(hers);
  await tunnel(buyer, hers);
  await noAnswer(buyer, hers);
  await refused(hers);
  await tooFast(buyer, hers);
  await noSockets(seller, buyer, hers, his);
  await leftTheRoom(buyer, his);
}

/** A draft outlives a reload, and is gone once it is sent. */
async function draft(buyer, hers) {
  await hers.text.fill("Is the bell");
  await buyer.page.reload();
  assert.equal(await hers.text.inputValue(), "Is the bell");
  await hers.send("Is the bell included?");
  await hers.shows("Is the bell included?");
  await buyer.page.reload();
  assert.equal(await hers.text.inputValue(), "");
}

/** Enter sends, Shift+Enter doesn't, and an Enter that ends a composition doesn't either. */
async function keys(hers) {
  await hers.text.fill("日本");
  await hers.text.evaluate((field) => {
    for (const more of [{ isComposing: true }, { keyCode: 229 }]) {
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more }));
    }
  });
  await hers.text.press("Shift+Enter");
  await hers.text.pressSequentially("語");
  await hers.text.press("Enter");
  await hers.shows("Is the bell included?", "日本\n語");
}

/** Offline: it says so, keeps what is written, and sends it by itself afterwards. */
async function tunnel(buyer, hers) {
  await buyer.context.setOffline(true);
  await hers.send("from the tunnel");
  await eventually("offline is shown", async () => /offline/i.test(await hers.connection()));
  assert.equal((await hers.entries()).at(-1).state, "pending");
  await buyer.context.setOffline(false);
  await hers.shows("Is the bell included?", "日本\n語", "from the tunnel");
  await hers.live();
}

/** No acknowledgement: "Not sent", and Retry sends the same message, which is stored once. */
async function noAnswer(buyer, hers) {
  let lost = true;
  await buyer.page.routeWebSocket(/\/ws\/buyer_/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => lost && /"type":"message"/.test(frame) || socket.send(frame));
  });
  let reachable = false;
  await buyer.page.route(/\/messages(\?|$)/, (route) => (reachable ? route.continue() : route.abort()));
  await buyer.page.reload();
  await hers.live();
  await hers.send("did you get it?");
  const retry = buyer.page.getByRole("button", { name: "Retry" });
  await retry.waitFor({ timeout: 20_000 });
  assert.equal((await hers.entries()).at(-1).state, "failed");
  await retry.click(); // still in vain: were the way free, it might go by itself before the click
  await eventually("on its way", async () => (await hers.entries()).at(-1).state === "pending");
  [lost, reachable] = [false, true];
  const all = ["Is the bell included?", "日本\n語", "from the tunnel", "did you get it?"];
  await hers.shows(...all);
  await buyer.page.reload();
  await hers.shows(...all);
  await buyer.page.unroute(/\/messages(\?|$)/);
}

/** Too many characters are counted as the server counts, and the words stay where they are. */
async function refused(hers) {
  const error = hers.page.locator("[data-error]");
  const heard = await listen(hers.page);
  const invalid = () => hers.text.getAttribute("aria-invalid");
  await hers.send("🚲".repeat(4001));
  await error.filter({ hasText: /1 character too many/ }).waitFor();
  assert.equal((await hers.text.inputValue()).length, 8002);
  await hers.text.press("End");
  await hers.text.pressSequentially("!!");
  await error.filter({ hasText: /3 characters too many/ }).waitFor();
  assert.equal(await invalid(), "true");
  await hers.text.fill("🚲".repeat(4000));
  assert.equal(await error.isVisible(), false);
  assert.equal(await invalid(), "false");
  assert.deepEqual(await heard(), ["Too long to be sent.", "Short enough again."], "not at every key");
  await hers.text.press("Enter");
  await eventually("stored", async () => (await hers.entries()).at(-1).state === "stored");
}

/** What a screen reader says of the composer's complaints, from now on. */
async function listen(page) {
  await page.locator("[data-composer] [role=alert]").evaluate((alert) => {
    window.heard = [];
    new MutationObserver(() => window.heard.push(alert.textContent)).observe(alert, { childList: true });
  });
  return () => page.evaluate(() => window.heard.filter(Boolean));
}

/** A refusal that passes is said at its message, which goes by itself; nothing red stays behind. */
async function tooFast(buyer, hers) {
  let refusing = true;
  await buyer.page.routeWebSocket(/\/ws\/buyer_/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const { type, client_id } = JSON.parse(frame);
      if (type !== "send" || !refusing) return server.send(frame);
      socket.send(JSON.stringify({ type: "error", client_id, code: "rate_limited", message: "That was very fast." }));
    });
  });
  await buyer.page.reload();
  await hers.live();
  await hers.send("one too many");
  await buyer.page.getByText("Not sent. That was very fast.").waitFor();
  assert.equal(await buyer.page.locator("[data-error]").isVisible(), false);
  refusing = false;
  await eventually("stored", async () => {
    const { body, state } = (await hers.entries()).at(-1);
    return body === "one too many" && state === "stored";
  });
}

/** Where no WebSocket gets through, plain requests do for both ways and for what was read. */
async function noSockets(seller, buyer, hers, his) {
  await buyer.page.routeWebSocket(/\/ws\/buyer_/, (socket) => socket.close());
  await buyer.page.reload();
  await eventually("slow is shown", async () => /every few seconds/.test(await hers.connection()), 30_000);
  await hers.send("by post");
  await eventually("stored", async () => {
    const { body, state } = (await hers.entries()).at(-1);
    return body === "by post" && state === "stored";
  });
  await seller.page.goto(`/rooms/${await roomOf(buyer.page)}`);
  await his.live();
  await his.send("got it");
  await hers.receives("got it");
  await eventually("seen", async () => (await his.entries()).at(-1).seen);
  await buyer.page.goto("/account");
  await his.send("still there?");
  await his.receives("still there?");
  let failed = 0;
  await buyer.page.route(/\/read$/, (route) => ((failed += 1) > 1 ? route.continue() : route.abort()));
  await buyer.page.goto(`/rooms/${await roomOf(seller.page)}`);
  await eventually("seen, though it was there at once", async () => (await his.entries()).at(-1).seen, 40_000);
  assert.equal(failed, 2, "what didn't get there was told again, and then no more");
}

/** What waits in the outbox is sent from another page, too: the room needn't be opened again. */
async function leftTheRoom(buyer, his) {
  await buyer.page.evaluate((room) => {
    const item = { client_id: crypto.randomUUID(), body: "from the train", at: Date.now() };
    localStorage.setItem(`haggle:outbox:${room}:buyer:${item.client_id}`, JSON.stringify(item));
  }, await roomOf(buyer.page));
  await buyer.page.goto("/account");
  await his.receives("from the train");
}
