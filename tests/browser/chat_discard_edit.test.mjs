// A failed message on a phone: retried, edited in the composer, or discarded.

import assert from "node:assert/strict";
import { ChatPage, pair, roomOf } from "./chat_page.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const FINGER = 44;

const photo = (name) => new URL(`../../demo/photos/${name}.webp`, import.meta.url).pathname;

export default async function (market) {
  const { buyer, hers } = await pair(market);
  await hers.live();
  await hers.send("Hello");
  await hers.shows("Hello");
  const room = await roomOf(buyer.page);
  const phone = await market.newPerson("Ana", PHONE);
  await phone.signIn();
  await phone.page.goto(`/rooms/${room}`);
  await words(phone);
  await picture(phone.expect(/status of 413/));
}

const button = (page, name) => page.locator("[data-state=failed]").getByRole("button", { name });

/** Words go back to where they were written, but never over others. */
async function words({ page, axe }) {
  const chat = new ChatPage(page);
  const refusing = await refuse(page);
  await page.reload();
  await chat.live();
  await chat.text.fill("Is six alright?");
  await page.getByRole("button", { name: "Send" }).tap();
  await page.getByText("Not sent. You can't write in this conversation.").waitFor();
  for (const name of ["Retry", "Edit"]) {
    const { width, height } = await button(page, name).boundingBox();
    assert.ok(width >= FINGER && height >= FINGER, `${name}: ${width} × ${height}`);
  }
  assert.equal(await button(page, "Discard").count(), 0);

  await chat.text.fill("newer words");
  await button(page, "Edit").tap();
  await page.locator("[data-error]", { hasText: "Send or delete what is here first" }).waitFor();
  assert.equal(await chat.text.inputValue(), "newer words");
  assert.equal(await page.locator("[data-composer] [role=alert]").textContent(), await page.locator("[data-error]").textContent());
  await axe(page);
  await chat.text.fill("");
  await button(page, "Edit").press("Enter");
  assert.equal(await chat.text.inputValue(), "Is six alright?");
  assert.equal(await chat.text.evaluate((field) => field === document.activeElement), true);
  assert.equal(await page.locator("[data-client-id][data-state]").count(), 0);
  assert.equal(await page.locator("[data-error]").isVisible(), false);

  refusing.stop();
  await chat.text.fill("Is seven alright?");
  await page.getByRole("button", { name: "Send" }).tap();
  await chat.shows("Hello", "Is seven alright?");
  await page.reload();
  await chat.shows("Hello", "Is seven alright?");
}

/** A picture with words goes back as both; one without is given up. */
async function picture({ page }) {
  const chat = new ChatPage(page);
  const [file, preview] = [page.getByLabel("Add a picture"), page.locator("[data-photo-preview]")];
  const send = page.getByRole("button", { name: "Send" });
  await page.route(/\/messages$/, (route) => route.fulfill({ status: 413, body: "<h1>413</h1>" }));
  await file.setInputFiles(photo("axe"));
  await chat.text.fill("this one");
  await send.tap();
  await page.getByText("Not sent. The server didn't take this picture: it may be too large.").waitFor();
  await button(page, "Edit").tap();
  await preview.waitFor();
  assert.equal(await chat.text.inputValue(), "this one");
  assert.equal(await page.locator("[data-client-id][data-state]").count(), 0);

  await chat.text.fill("");
  await send.tap();
  await button(page, "Discard").waitFor();
  assert.equal(await button(page, "Edit").count(), 0);
  assert.ok(await button(page, "Retry").isVisible());
  await button(page, "Discard").tap();
  assert.equal(await page.locator("[data-client-id][data-state]").count(), 0);
  await page.unroute(/\/messages$/);
  await page.reload();
  await chat.shows("Hello", "Is seven alright?");
}

/** The server will have no more words, until `stop`. */
async function refuse(page) {
  const refusing = { on: true, stop: () => (refusing.on = false) };
  await page.routeWebSocket(/\/ws\/buyer_/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const { type, client_id } = JSON.parse(frame);
      if (type !== "send" || !refusing.on) return server.send(frame);
      socket.send(JSON.stringify({ type: "error", client_id, code: "blocked" }));
    });
  });
  return refusing;
}
