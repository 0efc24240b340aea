// Pictures shared from the gallery become a product's form: at once, and over a sign-in.

import assert from "node:assert/strict";
import http from "node:http";
import { eventually } from "./chat_page.mjs";

export default async function (market) {
  const tomas = await market.newSeller("Tomas", { worker: true });
  const photo = { mimeType: "image/png", buffer: await tomas.page.screenshot({ clip: { x: 0, y: 0, width: 80, height: 60 } }) };
  const photos = ["one.png", "two.png"].map((name) => ({ name, ...photo }));
  await signedIn(tomas, photos);
  await overSignIn(market, tomas, photos);
  await fromAnotherSite(market, tomas, photos);
}

/** The photos are drafts, the words are in the form, and what is no picture gets the form's own sentence. */
async function signedIn({ page }, photos) {
  await share(page, "/", photos, { title: "Lamp", text: "Works well.", url: "https://example.com/lamp" });
  await page.waitForURL(/\/seller\/products\/new/);
  assert.equal(await page.locator("[data-photo-item] img").count(), 2);
  assert.equal(await page.getByLabel("Title").inputValue(), "Lamp");
  assert.equal(await page.getByLabel("Description").inputValue(), "Works well.\nhttps://example.com/lamp");
  await page.getByLabel("Price").fill("5");
  await page.getByLabel("Place").fill("Brno");
  await page.getByLabel("Category").selectOption("home");
  await page.getByLabel("Condition").selectOption("good");
  await page.getByRole("button", { name: "Publish" }).click();
  await page.waitForURL(/\/products\/\d+$/);
  assert.equal(await page.locator(".gallery-photo").count(), 2);
  await share(page, "/", [photos[0], { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") }]);
  await page.waitForURL(/\/seller\/products\/new/);
  await page.getByText("“notes.txt”: That file isn").waitFor();
  assert.equal(await page.locator("[data-photo-item] img").count(), 1, "the other one is there");
}

/** The worker keeps them, and hands them in once somebody has signed in; without it a sentence says what to do. */
async function overSignIn(market, tomas, photos) {
  const visitor = await market.newPerson("Tomas 2", { worker: true });
  const { page } = visitor;
  await page.goto("/");
  await eventually("a worker", () => page.evaluate(() => navigator.serviceWorker.controller?.state === "activated"));
  await share(page, "/", photos, { title: "Lamp" });
  await page.waitForURL(/\/login\?next=\/share/);
  await page.getByLabel("Email").fill(tomas.email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).last().click();
  await page.waitForURL(/\/seller\/products\/new/);
  await page.locator("[data-photo-item] img").nth(1).waitFor();
  assert.equal(await page.getByLabel("Title").inputValue(), "Lamp");
  await page.goto("/share");
  await page.getByText("None arrived").waitFor(); // given out once
  assert.equal(new URL(page.url()).pathname, "/share");

  const without = await market.newPerson("Vera");
  without.expect(/status of 401/);
  await share(without.page, "/", photos);
  await without.page.getByText("sign in, then share the photos once more").waitFor();
  await without.axe();
}

/** Another site's form is refused, with a worker and signed out as well: nothing of it is kept. */
async function fromAnotherSite(market, tomas, photos) {
  const site = http.createServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><title>Elsewhere</title>");
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const elsewhere = `http://localhost:${site.address().port}/`;
  const visitor = await market.newPerson("Zoe", { worker: true });
  for (const person of [tomas, visitor]) {
    person.expect(/status of 403/);
    await person.page.goto("/");
    await eventually("a worker", () => person.page.evaluate(() => navigator.serviceWorker.controller?.state === "activated"));
    await share(person.page, elsewhere, photos, {}, market.origin);
    await person.page.getByText("came from another site").waitFor();
  }
  await visitor.page.goto("/");
  const waiting = await visitor.page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("haggle", 1);
        opening.onsuccess = () => {
          const all = opening.result.transaction("shared").objectStore("shared").count();
          all.onsuccess = () => { opening.result.close(); resolve(all.result); };
        };
      }),
  );
  assert.equal(waiting, 0);
  site.close();
}

/** What a system does: a multipart form, posted as a navigation. */
async function share(page, from, photos, words = {}, origin = "") {
  await page.goto(from);
  await page.evaluate(
    ([origin, words]) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: `${origin}/share`, enctype: "multipart/form-data" });
      for (const [name, value] of Object.entries(words)) form.append(Object.assign(document.createElement("input"), { name, value }));
      form.append(Object.assign(document.createElement("input"), { name: "photos", type: "file", multiple: true, id: "to-share" }));
      document.body.append(form);
    },
    [origin, words],
  );
  await page.setInputFiles("#to-share", photos);
  await page.evaluate(() => { document.getElementById("to-share").form.submit(); });
}
