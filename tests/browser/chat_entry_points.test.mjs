// Every way into a conversation puts the caret where one came to write.

import assert from "node:assert/strict";
import { PASSWORD } from "./support.mjs";
import { ChatPage, eventually, pair, roomOf } from "./chat_page.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

export default async function (market) {
  const { seller, buyer, product, hers } = await pair(market);
  await fromACard(buyer, hers);
  await hers.send("Is it still there?");
  await hers.shows("Is it still there?");
  await buyer.page.getByRole("link", { name: "Open the whole conversation" }).waitFor();
  const room = await roomOf(buyer.page);
  await keptThroughTheSignIn(market, product);
  await besideTheMouse(market, seller, room);
}

/** "Chat Seller" leads into the composer. */
async function fromACard({ page }, hers) {
  await page.goto("/");
  await page.getByRole("link", { name: "Chat Seller about City bicycle" }).click();
  await page.waitForURL(/#chat$/);
  await page.waitForLoadState();
  await eventually("in the composer", () => isIn(hers));
}

/** What a visitor wrote waits behind the sign-in, and says so only until it is sent. */
async function keptThroughTheSignIn(market, product) {
  const { page, email } = await market.newPerson("Nils");
  const his = new ChatPage(page);
  await page.goto(product);
  await his.text.fill("Could you ship it?");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("link", { name: "Register" }).last().click();
  await page.getByLabel("Buying").check();
  await page.getByLabel("Name").fill("Nils");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Register" }).click();
  const note = page.getByText("Your message is kept.");
  await note.waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await his.shows("Could you ship it?");
  assert.equal(await note.count(), 0);
}

/** In a room of one's own the composer has the focus, unless that would bring up a keyboard. */
async function besideTheMouse(market, seller, room) {
  const [desk, phone] = [seller.page, (await (await market.newPerson("Tomas", PHONE)).signIn()).page];
  for (const page of [desk, phone]) {
    await page.goto(`/rooms/${room}`);
    await new ChatPage(page).live();
  }
  assert.equal(await isIn(new ChatPage(desk)), true);
  assert.equal(await isIn(new ChatPage(phone)), false);
}

function isIn(chat) {
  return chat.text.evaluate((field) => field === document.activeElement);
}
