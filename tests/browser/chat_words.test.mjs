// Words where they belong: a draft stays with its product, a title stays whole, a text of line ends is
// folded, and a conversation can be printed.

import assert from "node:assert/strict";
import { ChatPage, eventually, fill, roomOf } from "./chat_page.mjs";

export default async function (market) {
  const seller = await market.newSeller("Tomas");
  const buyer = await market.newBuyer("Ana");
  const chairs = await seller.offer({ title: "(2) Garden chairs" });
  const lamp = await seller.offer({ title: "Lamp" });
  await draftsOfTwoProducts(buyer.page, chairs, lamp);
  const room = await titles(seller, buyer, chairs);
  await folded(buyer, seller, room);
  await printed(buyer, seller, room);
}

async function draftsOfTwoProducts(page, chairs, lamp) {
  const chat = new ChatPage(page);
  await page.goto(chairs);
  await chat.live();
  await chat.text.fill("Are both still there?");
  await page.goto(lamp);
  await chat.live();
  assert.equal(await chat.text.inputValue(), "");
  await chat.text.fill("Does it shine?");
  await page.goto(chairs);
  await chat.live();
  assert.equal(await chat.text.inputValue(), "Are both still there?");
  await chat.text.fill("");
  await page.goto(lamp);
  await chat.live();
  assert.equal(await chat.text.inputValue(), "Does it shine?");
  await chat.text.fill("");
}

/** Gives the room. */
async function titles(seller, buyer, chairs) {
  const { page } = buyer;
  const chat = new ChatPage(page);
  await page.goto(chairs);
  await chat.live();
  assert.equal(await page.title(), "(2) Garden chairs · Haggle");
  await chat.send("Hello");
  await chat.shows("Hello");
  const room = await roomOf(page);
  await seller.page.goto(chairs);
  assert.equal(await seller.page.title(), "(1) (2) Garden chairs · Haggle");
  await seller.page.goto(`/rooms/${room}`);
  await eventually("read", async () => (await seller.page.title()) === "Ana · Haggle");
  await seller.page.goto(chairs);
  await eventually("no count", async () => (await seller.page.title()) === "(2) Garden chairs · Haggle");
  return room;
}

async function folded({ page, context }, seller, room) {
  const body = `a${"\n".repeat(2000)}b`;
  await context.request.post(`/rooms/${room}/messages`, { form: { body } });
  const withoutScripts = await context.browser().newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const plain = await withoutScripts.newPage();
  for (const view of [page, plain]) {
    await view.goto(new URL(`/rooms/${room}`, page.url()).href);
    const words = view.locator("[data-body]", { hasText: "a\n" }).last();
    assert.ok((await words.boundingBox()).height < 500);
    await view.getByLabel("Show all of it").check();
    assert.ok((await words.boundingBox()).height > 5000);
  }
  await withoutScripts.close();
  const history = await context.request.get(`/rooms/${room}/messages?limit=1`, { headers: { Accept: "application/json" } });
  assert.ok(JSON.stringify(await history.json()).includes("\\n".repeat(2000)));
}

async function printed({ page, context }, seller, room) {
  await fill(room, 40, [{ context }, seller]);
  await page.goto(`/rooms/${room}`);
  await new ChatPage(page).live();
  await page.emulateMedia({ media: "print" });
  const seen = await page.evaluate(() => {
    const shown = (part) => part && part.getClientRects().length > 0 && getComputedStyle(part).clipPath === "none";
    const box = document.querySelector("[data-scroll]");
    return {
      cut: box.scrollHeight - box.clientHeight,
      tall: document.documentElement.scrollHeight > innerHeight * 2,
      bars: [".topbar", ".nav", ".composer"].filter((name) => shown(document.querySelector(name))),
      entries: [...document.querySelectorAll("[data-seq]")].filter(shown).length,
      names: [...document.querySelectorAll("[data-seq] .bubble-author")].filter(shown).length,
      times: [...document.querySelectorAll("[data-seq] time")].filter(shown).length,
      days: document.querySelectorAll("[data-day]").length,
    };
  });
  const all = await page.locator("[data-seq]").count();
  assert.deepEqual(seen, { cut: 0, tall: true, bars: [], entries: all, names: all, times: all, days: 1 });
  const pdf = await page.pdf();
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  assert.ok(pages > 1, `${pages} pages`);
  await page.emulateMedia({ media: null });
}
