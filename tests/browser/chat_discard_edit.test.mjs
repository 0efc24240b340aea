// What wasn't sent, on a phone: tried again, taken back into the composer to be changed, or given up.

import assert from "node:assert/strict";
import { Talk, pair, roomOf } from "./chat_page.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const FINGER = 44;

const photo = (name) => new URL(`../../demo/photos/${name}.webp`, import.meta.url).pathname;

export default async function (market) {
  const { buyer, hers } = await pair(market);
  await hers.live();
  await hers.say("Hello");
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
  const talk = new Talk(page);
  const refusing = await refuse(page);
  await page.reload();
  await talk.live();
  await talk.text.fill("Is six alright?");
  await page.getByRole("button", { name: "Send" }).tap();
  await page.getByText("Not sent. You can't write in this conversation.").waitFor();
  for (const name of ["Retry", "Edit"]) {
    const { width, height } = await button(page, name).boundingBox();
    assert.ok(width >= FINGER && height >= FINGER, `${name}: ${width} × ${height}`);
  }
  assert.equal(await button(page, "Discard").count(), 0);

  await talk.text.fill("newer words");
  await button(page, "Edit").tap();
  await page.locator("[data-error]", { hasText: "Send or delete what is here first" }).waitFor();
  assert.equal(await talk.text.inputValue(), "newer words");
  assert.equal(await page.locator("[data-composer] [role=alert]").textContent(), await page.locator("[data-error]").textContent());
  await axe(page);
  await talk.text.fill("");
  await button(page, "Edit").press("Enter");
  assert.equal(await talk.text.inputValue(), "Is six alright?");
  assert.equal(await talk.text.evaluate((field) => field === document.activeElement), true);
  assert.equal(await page.locator(".entry[data-state]").count(), 0);
  assert.equal(await page.locator("[data-error]").isVisible(), false);

  refusing.stop();
  await talk.text.fill("Is seven alright?");
  await page.getByRole("button", { name: "Send" }).tap();
  await talk.shows("Hello", "Is seven alright?");
  await page.reload();
  await talk.shows("Hello", "Is seven alright?");
}

/** A picture with words goes back as both; one without is given up. */
async function picture({ page }) {
  const talk = new Talk(page);
  const [file, preview] = [page.getByLabel("Add a picture"), page.locator("[data-photo-preview]")];
  const send = page.getByRole("button", { name: "Send" });
  await page.route(/\/messages$/, (route) => route.fulfill({ status: 413, body: "<h1>413</h1>" }));
  await file.setInputFiles(photo("axe"));
  await talk.text.fill("this one");
  await send.tap();
  await page.getByText("Not sent. The server didn't take this picture: it may be too large.").waitFor();
  await button(page, "Edit").tap();
  await preview.waitFor();
  assert.equal(await talk.text.inputValue(), "this one");
  assert.equal(await page.locator(".entry[data-state]").count(), 0);

  await talk.text.fill("");
  await send.tap();
  await button(page, "Discard").waitFor();
  assert.equal(await button(page, "Edit").count(), 0);
  assert.ok(await button(page, "Retry").isVisible());
  await button(page, "Discard").tap();
  assert.equal(await page.locator(".entry[data-state]").count(), 0);
  await page.unroute(/\/messages$/);
  await page.reload();
  await talk.shows("Hello", "Is seven alright?");
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
