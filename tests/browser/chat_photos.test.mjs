// Pictures in a conversation: chosen, pasted, dropped, failed, and without JavaScript.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { AWAY, ChatPage, eventually, pair, roomOf } from "./chat_page.mjs";

const photo = (name) => new URL(`../../demo/photos/${name}.webp`, import.meta.url).pathname;

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market);
  buyer.expect(AWAY);
  await hers.live();
  await hers.send("Hello");
  await hers.shows("Hello");
  await seller.page.goto(`/rooms/${await roomOf(buyer.page)}`);
  await his.live();

  await chosenWithWords(buyer, hers, seller, his);
  await pastedAndDropped(seller, his, hers);
  await refusedEarly(buyer, hers);
  await notSent(buyer, hers, his);
  await seller.page.goto("/messages");
  await seller.page.getByText("that one got lost").waitFor();
  await buyer.axe();
  await takenBack(buyer, seller);
  await withoutJavaScript(market, buyer, hers);
}

/** A photo that its sender takes back goes from both pages; the other side is offered no such thing. */
async function takenBack({ page }, seller) {
  await seller.page.goto(`/rooms/${await roomOf(page)}`);
  const [own, theirs] = [page, seller.page].map((it) => it.locator("[data-from=buyer]", { hasText: "this one" }));
  await theirs.getByRole("img").waitFor();
  assert.equal(await theirs.getByText("Remove photo").isVisible(), false);
  await own.getByText("Remove photo").click();
  await own.getByRole("button", { name: "Remove it for both of you" }).click();
  for (const entry of [own, theirs]) await entry.getByText("Photo removed").waitFor();
  assert.equal(await theirs.getByRole("img").count(), 0);
}

/** The picture is shown before it is sent, at once when it is, and to the other side without a reload. */
async function chosenWithWords({ page }, hers, seller, his) {
  const preview = page.locator("[data-photo-preview]");
  const file = page.getByLabel("Add a picture");
  await file.setInputFiles(photo("camping-tent"));
  await preview.waitFor();
  await page.getByRole("button", { name: "Remove the picture" }).click();
  await preview.waitFor({ state: "hidden" });
  assert.equal(await file.evaluate((input) => input.files.length), 0);

  // Nobody's picture moves what is around it when it comes.
  const [mine, theirs] = await Promise.all([holdPhotos(page), holdPhotos(seller.page)]);
  await file.setInputFiles(photo("city-bicycle"));
  await preview.waitFor();
  await hers.send("this one");
  const pending = await size(page.locator("[data-state=pending] img"));
  await hers.shows("Hello", "this one");
  assert.ok(await preview.isHidden());
  const own = page.getByAltText("Photo from Ana");
  assert.deepEqual(await size(own), pending);

  await his.receives("this one");
  const shown = seller.page.getByAltText("Photo from Ana");
  const reserved = await size(shown);
  assert.ok(reserved.width >= 160 && reserved.height >= 96, JSON.stringify(reserved));
  mine.release();
  theirs.release();
  for (const image of [own, shown]) await loaded(image);
  assert.deepEqual(await size(shown), reserved);
  assert.equal((await his.scroll()).fromEnd, 0);

  await shown.click();
  const large = seller.page.getByRole("dialog").getByAltText("Photo from Ana");
  await loaded(large);
  assert.match(await large.getAttribute("src"), /\/photos\/[0-9a-f]{32}\/large.webp$/);
  await seller.page.keyboard.press("Escape");
  await large.waitFor({ state: "hidden" });
  const here = seller.page.url();
  await seller.page.getByRole("link", { name: "Photo from Ana" }).click();
  await large.waitFor();
  await seller.page.goBack();
  await large.waitFor({ state: "hidden" });
  assert.equal(seller.page.url(), here, "going back closes the picture, not the conversation");
}

async function pastedAndDropped({ page }, his, hers) {
  const preview = page.locator("[data-photo-preview]");
  await give(his.text, "paste", ["red-hatchback"]);
  await preview.waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await his.shows("Hello", "this one", "");
  await give(page.locator("haggle-room"), "drop", ["axe", "cactus"]);
  await page.locator("[data-error]", { hasText: "One picture at a time" }).waitFor();
  await his.send("and two");
  await his.shows("Hello", "this one", "", "and two");
  await hers.shows("Hello", "this one", "", "and two");
  await loaded(hers.page.getByAltText("Photo from Tomas").last());
  // Words stay words, whatever picture of them comes along.
  await give(his.text, "paste", ["axe"], "from a table");
  assert.ok(await preview.isHidden());
}

/** What can't be sent is said before it is, and the words stay. */
async function refusedEarly({ page }, hers) {
  const file = page.getByLabel("Add a picture");
  await hers.text.fill("half a sentence");
  for (const [name, mimeType, sentence] of [
    ["notes.txt", "text/plain", /“notes.txt” isn’t a JPEG/],
    ["broken.jpg", "image/jpeg", /can't be shown as a picture/],
  ]) {
    await file.setInputFiles({ name, mimeType, buffer: Buffer.from("no picture") });
    await page.locator("[data-error]", { hasText: sentence }).waitFor();
    assert.ok(await page.locator("[data-photo-preview]").isHidden());
  }
  assert.equal(await hers.text.inputValue(), "half a sentence");
  await hers.text.fill("");
}

/** "Not sent" with its picture, and Retry sends it, once. */
async function notSent(buyer, hers, his) {
  const { page } = buyer;
  let reachable = false;
  await page.route(/\/messages$/, (route) => (reachable ? route.continue() : route.abort()));
  await page.getByLabel("Add a picture").setInputFiles(photo("cactus"));
  await hers.send("that one got lost");
  const retry = page.getByRole("button", { name: "Retry" });
  await retry.waitFor();
  assert.equal((await hers.entries()).at(-1).state, "failed");
  await page.getByText("The picture is kept while this page stays open.").waitFor();
  assert.ok(await page.locator("[data-state=failed] img").evaluate((image) => image.naturalWidth > 0));
  await anotherPage(buyer);
  reachable = true;
  await retry.click();
  const all = ["Hello", "this one", "", "and two", "that one got lost"];
  for (const chat of [hers, his]) await chat.shows(...all);
  await page.reload();
  await hers.shows(...all);
}

/** Another page has the words, not the picture, and says so; they go back to where it can be chosen. */
async function anotherPage(buyer) {
  const page = await buyer.newTab(buyer.page.url());
  const chat = new ChatPage(page);
  await page.getByText("Not sent. The picture was lost. Choose it again.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Retry" }).isVisible(), false, "without its picture in vain");
  const edit = page.getByRole("button", { name: "Edit" });
  await chat.text.fill("newer words");
  await edit.click();
  await page.locator("[data-error]", { hasText: "Send or delete what is here first" }).waitFor();
  assert.equal(await chat.text.inputValue(), "newer words");
  await chat.text.fill("");
  await edit.click();
  assert.equal(await chat.text.inputValue(), "that one got lost");
  assert.equal(await page.locator("[data-state=failed]").count(), 0);
  await chat.text.fill("");
  await page.close();
}

async function withoutJavaScript(market, buyer, hers) {
  const again = await market.newPerson("Ana again", { javaScriptEnabled: false });
  const { page, context } = again.expect(/status of 422/);
  await context.addCookies(await buyer.context.cookies());
  await page.goto(`/rooms/${await roomOf(buyer.page)}`);
  const file = page.getByLabel("Add a picture");
  assert.equal(await file.evaluate((input) => getComputedStyle(input).opacity), "1", "it shows what was chosen");
  await file.setInputFiles(photo("candles"));
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(/#entry_6$/);
  assert.equal(await page.getByAltText("Photo from Ana").count(), 2);
  await page.getByLabel("Message", { exact: true }).fill("fine words");
  await file.setInputFiles({ name: "x.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").filter({ hasText: "isn't a JPEG, PNG, WebP or GIF picture" }).waitFor();
  assert.equal(await page.getByLabel("Your message").inputValue(), "fine words");
  await hers.shows("Hello", "this one", "", "and two", "that one got lost", "");
}

/** Keeps the room's pictures back until `release`. */
async function holdPhotos(page) {
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await page.route(/\/photos\//, (route) => released.then(() => route.continue()));
  return { release };
}

async function size(image) {
  const { width, height } = await image.boundingBox();
  return { width: Math.round(width), height: Math.round(height) };
}

function loaded(image) {
  return eventually("the picture is there", () => image.evaluate((img) => img.complete && img.naturalWidth > 0));
}

/** Pastes or drops files, as programs on the same screen do. */
async function give(target, kind, names, text = "") {
  const files = names.map((name) => [...readFileSync(photo(name))]);
  await target.evaluate((element, { kind, files, text }) => {
    const data = new DataTransfer();
    for (const bytes of files) data.items.add(new File([new Uint8Array(bytes)], "p.webp", { type: "image/webp" }));
    if (text) data.setData("text/plain", text);
    const init = { bubbles: true, cancelable: true };
    element.dispatchEvent(
      kind === "drop"
        ? new DragEvent("drop", { ...init, dataTransfer: data })
        : new ClipboardEvent("paste", { ...init, clipboardData: data }),
    );
  }, { kind, files, text });
}
