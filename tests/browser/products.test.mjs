// Looking at photos, and putting them in order, by hand and by keyboard, and without JavaScript.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const PHOTOS = ["red-hatchback", "city-bicycle", "camping-tent"].map(
  (name) => new URL(`../../demo/photos/${name}.webp`, import.meta.url).pathname,
);

export default async function (market) {
  const seller = await market.newSeller("Tomas");
  const address = await publish(seller);
  await putInOrder(seller, address);
  await lookAtPhotos(await market.newPerson("Ana", { viewport: { width: 1280, height: 900 } }), address);
  await lookAtPhotos(await market.newPerson("Bo", { viewport: { width: 390, height: 844 } }), address);
  await lookWithoutJavaScript(await market.newPerson("Cleo", { javaScriptEnabled: false }), address);
  for (const look of [{ colorScheme: "light" }, { colorScheme: "dark", viewport: { width: 390, height: 844 } }]) {
    const visitor = await market.newPerson(`visitor ${look.colorScheme}`, look);
    for (const place of ["/", "/products", "/products?q=bicycle&min=x", "/products?q=nothing+at+all", address, "/sellers/1"]) {
      await visitor.page.goto(place);
      await visitor.axe();
    }
  }
}

/** Chooses files, is told of a wrong one, drops another, and sends the form. */
async function publish({ page }) {
  await page.goto("/seller/products/new");
  const files = page.getByLabel("Choose photos");
  await files.setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no photo") });
  assert.match(await files.evaluate((input) => input.validationMessage), /“notes.txt” isn’t a JPEG/);
  const chosen = () => files.evaluate((input) => [...input.files].map((file) => file.name));
  const takeAway = (name) => page.getByRole("button", { name: `Take away ${name}` });
  const box = await takeAway("notes.txt").boundingBox();
  assert.ok(box.width >= 44 && box.height >= 44, `a button of ${box.width} by ${box.height} px`);
  await takeAway("notes.txt").click();
  assert.deepEqual(await chosen(), []);

  // Chosen one after the other, from two folders: the second choice joins the first.
  await files.setInputFiles(PHOTOS[0]);
  await files.setInputFiles(PHOTOS.slice(1));
  assert.equal(await files.evaluate((input) => input.validationMessage), "");
  await drop(page, PHOTOS[2]);
  const shown = page.locator("[data-photo-preview] img");
  await shown.nth(3).waitFor();
  assert.deepEqual(await chosen(), ["red-hatchback.webp", "city-bicycle.webp", "camping-tent.webp", "dropped.webp"]);
  await takeAway("city-bicycle.webp").focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await chosen(), ["red-hatchback.webp", "camping-tent.webp", "dropped.webp"]);
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), "Take away camping-tent.webp");
  assert.equal(await shown.count(), 3);

  await page.getByLabel("Title").fill("City bicycle");
  await page.getByLabel("Category").selectOption("vehicles");
  await page.getByLabel("Condition").selectOption("good");
  await page.getByLabel("Price", { exact: true }).fill("1.250,50");
  await page.getByLabel("Place", { exact: true }).fill("Porto");
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("heading", { level: 1, name: "City bicycle" }).waitFor();
  assert.equal(await page.locator("[data-price]").textContent(), "€1,250.50");
  return new URL(page.url()).pathname;
}

async function drop(page, file) {
  const bytes = [...readFileSync(file)];
  await page.locator("[data-photo-drop]").evaluate((zone, bytes) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(bytes)], "dropped.webp", { type: "image/webp" }));
    zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, bytes);
}

/** Moves the first photo to the end with the keyboard, makes another the cover, removes one. */
async function putInOrder(seller, address) {
  const { page } = seller;
  const order = () => page.locator("[name=kept]").evaluateAll((fields) => fields.map((field) => field.value));
  await page.goto(`/seller${address}/edit`);
  await seller.axe();
  const [a, b, c] = await order();
  const later = page.locator("[data-photo-item]").first().getByRole("button", { name: "Move later" });
  await later.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  assert.deepEqual(await order(), [b, c, a]);
  await page.getByRole("radio").nth(1).check();
  assert.deepEqual(await order(), [c, b, a]);
  await page.getByRole("checkbox").nth(1).check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(`**${address}`);
  await page.goto(`/seller${address}/edit`);
  assert.deepEqual(await order(), [c, a]);
}

/** Steps through the gallery by button, key and thumbnail; the page itself stays where it is. */
async function lookAtPhotos(person, address) {
  const { page } = person;
  await page.goto(address);
  const inSight = (n) =>
    page.waitForFunction((n) => {
      const strip = document.querySelector("[data-gallery-strip]");
      const current = document.querySelector(`[data-gallery-thumb][href="#photo_${n}"]`).getAttribute("aria-current");
      return current === "true" && Math.round(strip.scrollLeft) === Math.round((n - 1) * strip.clientWidth);
    }, n);
  await inSight(1);
  const [back, on] = [page.getByLabel("Previous photo"), page.getByLabel("Next photo")];
  assert.ok(await back.isHidden());
  await on.click();
  await inSight(2);
  assert.equal(await page.locator("[data-gallery-count]").textContent(), "2 / 2");
  assert.ok(await on.isHidden());
  await page.locator("[data-gallery-strip]").focus();
  await page.keyboard.press("ArrowLeft");
  await inSight(1);
  await page.keyboard.press("End");
  await inSight(2);
  const thumb = page.locator("[data-gallery-thumb]").first();
  await thumb.scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  await thumb.click();
  await inSight(1);
  assert.equal(await page.evaluate(() => scrollY), before);
  assert.equal(new URL(page.url()).hash, "");
}

async function lookWithoutJavaScript({ page }, address) {
  await page.goto(address);
  assert.ok(await page.getByLabel("Next photo").isHidden());
  await page.locator("[data-gallery-thumb]").nth(1).click();
  assert.equal(new URL(page.url()).hash, "#photo_2");
  const box = await page.locator("#photo_2").boundingBox();
  const strip = await page.locator("[data-gallery-strip]").boundingBox();
  assert.ok(Math.abs(box.x - strip.x) < 2, "the second photo is in sight");
}
