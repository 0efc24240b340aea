// The mission's own list, by the pages alone: create accounts, add products, write as the buyer,
// answer as the seller, see it arrive. Once with JavaScript, once without, once with the program
// killed in between.

import assert from "node:assert/strict";
import path from "node:path";
import { PASSWORD } from "./support.mjs";
import { ChatPage } from "./chat_page.mjs";

const PHOTOS = path.resolve(import.meta.dirname, "../../demo/photos");

/**
 * @param {{ javaScriptEnabled?: boolean, interrupt?: (people: object) => Promise<string[]> }} variant
 *        `interrupt` happens between the question and the answer, and gives what was said meanwhile
 */
export async function mission(market, { javaScriptEnabled = true, interrupt = async () => [] } = {}) {
  const seller = await market.newPerson("Tomas", { javaScriptEnabled });
  const buyer = await market.newPerson("Ana", { javaScriptEnabled, browser: await market.newBrowser() });
  const people = { seller, buyer, live: javaScriptEnabled };

  await createAccount(seller, "Selling too");
  await createAccount(buyer, "Buying");
  await addProduct(seller, "City bicycle", "195,50", "city-bicycle.webp");
  await addProduct(seller, "Camping tent", "60", "camping-tent.webp");

  // He looks at his dashboard; she finds the bicycle on the first page and writes.
  await seller.page.goto("/seller/dashboard");
  await buyer.page.goto("/");
  await buyer.page.getByRole("link", { name: "Chat Seller about City bicycle" }).click();
  await buyer.page.waitForURL(/\/products\/\d+-city-bicycle#chat$/);
  const hers = new ChatPage(buyer.page);
  await writes(people, hers, "Is it still there?");

  // It arrives: on his dashboard, then by "View Messages" and the dropdown of buyers in the room.
  await arrives(people, seller.page, () => seller.page.getByText("Is it still there?").waitFor());
  await seller.page.getByRole("link", { name: "View Messages" }).click();
  await chooseBuyer(people, "Ana");
  const his = new ChatPage(seller.page);
  await his.shows("Is it still there?");
  assert.match(await seller.page.locator("[data-divider]").textContent(), /City bicycle\s+€195\.50/);

  const meanwhile = await interrupt({ ...people, hers, his });

  await writes(people, his, "Yes. Come and see it!");
  await arrives(people, buyer.page, () => hers.receives("Yes. Come and see it!"));
  await writes(people, hers, "At six?");
  await arrives(people, seller.page, () => his.receives("At six?"));

  const whole = ["Is it still there?", ...meanwhile, "Yes. Come and see it!", "At six?"];
  for (const chat of [hers, his]) {
    await chat.shows(...whole);
    await chat.page.reload();
    await chat.shows(...whole);
  }
}

async function createAccount({ name, email, page }, role) {
  await page.goto("/");
  await page.getByRole("link", { name: "Register" }).click();
  await page.getByLabel(role).check();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

async function addProduct({ page }, title, price, photo) {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Sell", exact: true }).click();
  await page.locator("input[type=file]").setInputFiles(path.join(PHOTOS, photo));
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Description").fill("Well kept.");
  await page.getByLabel("Category").selectOption({ label: "Sports" });
  await page.getByLabel("Condition").selectOption({ index: 2 });
  await page.getByLabel("Price").fill(price);
  await page.getByLabel("Place").fill("Porto");
  await pressed(page, "Publish");
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  const picture = page.getByRole("img", { name: `${title}, photo 1 of 1` });
  await picture.waitFor();
  assert.equal((await page.request.get(await picture.getAttribute("src"))).status(), 200);
}

/** With JavaScript by Enter, on the same page; without, by the button, and the page comes again. */
async function writes({ live }, chat, body) {
  if (live) return chat.send(body);
  await chat.text.fill(body);
  await pressed(chat.page, "Send");
  await chat.receives(body);
}

/** By key: a page without scripts that scrolls under a click never seems to stand still to Playwright. */
function pressed(page, button) {
  return page.getByRole("button", { name: button }).press("Enter");
}

/** With JavaScript it appears where somebody waits for it, without a reload. */
async function arrives({ live }, page, appears) {
  if (!live) {
    await page.reload();
    return appears();
  }
  await page.evaluate(() => (window.stayed = true));
  await appears();
  assert.equal(await page.evaluate(() => window.stayed), true, "the page was loaded again");
}

async function chooseBuyer({ seller, live }, name) {
  const dropdown = seller.page.getByLabel("Buyer");
  await dropdown.selectOption({ label: await labelOf(dropdown, name) });
  if (!live) await pressed(seller.page, "Open");
  await seller.page.waitForURL(/\/rooms\/buyer_\d+_seller_\d+$/);
}

/** "Ana", or "Ana (2 unread)". */
async function labelOf(dropdown, name) {
  const labels = await dropdown.locator("option").allTextContents();
  return labels.map((label) => label.trim()).find((label) => label.startsWith(name));
}
