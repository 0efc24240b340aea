// Two people at once: delivery, read receipts, presence, typing, tabs, sign-out.

import assert from "node:assert/strict";
import { ChatPage, eventually, pair, roomOf } from "./chat_page.mjs";

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market);

  // He is elsewhere on the site; the badge and the title tell him.
  await seller.page.goto("/account");
  await hers.live();
  await hers.send("Hello <b>there</b> & you");
  await hers.shows("Hello <b>there</b> & you");
  await unread(seller.page, 1);

  // In the list it comes up without a reload, and the list's own reload keeps the keyboard in place.
  await seller.page.goto("/messages");
  const room = await roomOf(buyer.page);
  const row = seller.page.locator(`#room_${room}`);
  await row.getByRole("link").focus();
  await hers.send("Are you home?");
  await row.getByText("Are you home?").waitFor();
  await eventually("two unread in the row", async () => (await row.locator("[data-row-unread]").textContent()) === "2");
  assert.equal(await row.getByRole("link").evaluate((link) => link === document.activeElement), true);

  // He opens it: what he sees is read, and hers says so.
  await row.getByRole("link").click();
  await his.live();
  await unread(seller.page, 0);
  await eventually("hers is seen", async () => (await hers.entries()).every(({ seen }) => seen));

  // Online, and typing, which fades with the message.
  await buyer.page.locator("[data-presence]").waitFor();
  await his.text.pressSequentially("Yes");
  await buyer.page.locator("[data-typing]").waitFor();
  await his.text.press("Enter");
  await hers.receives("Yes");
  await buyer.page.locator("[data-typing]").waitFor({ state: "hidden" });

  await onlyWhatIsLookedAtIsRead(seller, hers, his);
  await soldMeanwhile(seller, buyer);
  await twoTabs(buyer, hers, his, room);
  await midnight(market, buyer, his, room);
  await signedOut(buyer, hers);
}

async function unread(page, count) {
  const badge = page.locator("[data-unread]").first();
  await eventually(`${count} unread`, async () => (await badge.getAttribute("data-unread")) === String(count));
  const title = count > 0 ? `(${count}) ` : "";
  assert.equal((await page.title()).match(/^(\(\d+\+?\) )?/)[0], title);
}

/** The buyer's open page says so at once, at what was said of it and at what is being written. */
async function soldMeanwhile(seller, buyer) {
  const product = await buyer.page.locator("[data-about] a").getAttribute("href");
  const move = async (to) => {
    const moved = await seller.page.request.post(`${new URL(seller.page.url()).origin}/seller${product}/${to}`, { form: { next: "/" } });
    assert.equal(moved.status(), 200, await moved.text());
  };
  const said = buyer.page.locator("[data-divider] .divider-state").first();
  const about = buyer.page.locator("[data-about-state]");
  await move("sold");
  await about.getByText("Sold").waitFor();
  assert.equal(await said.textContent(), "Sold");
  await move("available");
  await about.waitFor({ state: "hidden" });
  await said.waitFor({ state: "hidden" });
}

/** A window in the background receives, but has read nothing until somebody looks. */
async function onlyWhatIsLookedAtIsRead(seller, hers, his) {
  await visibility(seller.page, "hidden");
  await hers.send("psst");
  await his.receives("psst");
  await seller.page.waitForTimeout(1_000); // Nothing must happen, so there is nothing to wait for.
  assert.equal((await hers.entries()).at(-1).seen, false);
  await visibility(seller.page, "visible");
  await eventually("seen once looked at", async () => (await hers.entries()).at(-1).seen);
}

function visibility(page, state) {
  return page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}

/** One person's two tabs show the same, each entry once. */
async function twoTabs(buyer, hers, his, room) {
  const other = new ChatPage(await buyer.newTab(`/rooms/${room}`));
  await other.live();
  await Promise.all([other.send("from the other tab"), hers.send("from this tab"), his.send("from me")]);
  await eventually("all three here", async () => (await hers.entries()).filter(({ body }) => /^from/.test(body)).length === 3);
  const bodies = (await hers.entries()).map(({ body }) => body);
  for (const chat of [hers, other, his]) await chat.shows(...bodies);
  await other.page.close();
}

const DAY = 24 * 60 * 60 * 1000;

/** Days get other names with the first message of the next, and when somebody looks again. */
async function midnight(market, buyer, his, room) {
  const { page, context } = await market.newPerson("Ana at night");
  await context.addCookies(await buyer.context.cookies());
  await page.routeWebSocket(/\/ws\/buyer_/, (socket) => {
    const tomorrow = () => `datetime=\\"${new Date(Date.now() + DAY).toISOString()}\\"`;
    socket.connectToServer().onMessage((frame) => socket.send(frame.replace(/datetime=\\"[^"]*"/, tomorrow)));
  });
  await page.goto(`/rooms/${room}`);
  const hers = new ChatPage(page);
  await page.locator("[data-presence]").waitFor(); // said by the socket, which brings what follows
  const days = () => page.locator("[data-day]").evaluateAll((entries) => entries.map(({ dataset }) => dataset.day));
  assert.deepEqual(await days(), ["Today"]);
  await page.clock.setFixedTime(Date.now() + DAY);
  await his.send("Good morning");
  await hers.receives("Good morning");
  assert.deepEqual(await days(), ["Yesterday", "Today"]);
  await page.clock.setFixedTime(Date.now() + 2 * DAY);
  await visibility(page, "visible");
  const [before, after] = await days();
  assert.match(before, /day$/);
  assert.equal(after, "Yesterday");
  // It shares Ana's session: a page that just reconnects would complain when she signs out.
  await page.close();
}

/** Signing out in one tab ends the others' connections within a second, for good, and keeps the draft. */
async function signedOut(buyer, hers) {
  await hers.text.fill("half a sentence");
  const tab = await buyer.newTab("/account");
  await tab.locator("form[action='/logout'] button:visible").first().click();
  await eventually("told to sign in", async () => /signed out/i.test(await hers.connection()), 3_000);
  await tab.close();
  buyer.expect(/status of 401|WebSocket connection/);
  await buyer.signIn();
  await buyer.page.getByRole("link", { name: "Sign in again" }).click();
  await hers.live();
  assert.equal(await hers.text.inputValue(), "half a sentence");
}
