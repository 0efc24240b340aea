// Without a connection: a page that says so, the last conversations, and what is written there, which is sent once.

import assert from "node:assert/strict";
import { AWAY, ChatPage, eventually, pair, roomOf } from "./chat_page.mjs";

export default async function (market) {
  const { seller, buyer, hers, his, product } = await pair(market, { worker: true });
  buyer.expect(AWAY);
  seller.expect(AWAY);
  await hers.send("Is it still there?");
  await hers.shows("Is it still there?");
  const room = `/rooms/${await roomOf(buyer.page)}`;
  await seller.page.goto(room);
  await his.send("It is.");
  await his.shows("Is it still there?", "It is.");

  await read(buyer, room, product);
  await writtenOffline(buyer, seller, room);
  await sentInTheBackground(market, buyer, room);
  await newVersion(market, buyer);
  await signedOut(market, buyer, room);
}

/** Looked at or not: the list's conversations are there, as they were; nothing else is. */
async function read(buyer, room, product) {
  const { page, context } = buyer;
  await online(page, "/messages");
  await keeps(page, room);
  await context.setOffline(true);
  await page.goto("/");
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  await buyer.axe();
  for (const path of [product, "/account", "/seller/dashboard", "/notices", `${room}?before=2`]) {
    await page.goto(path);
    await page.getByRole("heading", { name: "You are offline" }).waitFor();
  }
  await page.getByRole("main").getByRole("link", { name: "My Messages" }).click();
  await page.getByText(/kept on your device as it was/).waitFor();
  await buyer.axe();
  await page.getByRole("link", { name: /Tomas/ }).click();
  const chat = new ChatPage(page);
  await chat.shows("Is it still there?", "It is.");
  await eventually("offline is shown", async () => /offline/i.test(await chat.connection()));
}

/** In two tabs that both come back at once: it is stored once. */
async function writtenOffline(buyer, seller, room) {
  const chat = new ChatPage(buyer.page);
  await chat.send("Written in the tunnel");
  assert.equal((await chat.entries()).at(-1).state, "pending");
  const other = await buyer.newTab(room);
  await other.getByText("Written in the tunnel").waitFor();
  await buyer.context.setOffline(false);
  await chat.shows("Is it still there?", "It is.", "Written in the tunnel");
  await new ChatPage(other).shows("Is it still there?", "It is.", "Written in the tunnel");
  await new ChatPage(seller.page).shows("Is it still there?", "It is.", "Written in the tunnel");
  await other.close();
}

/** No page is open when there is a connection again, and the server was away meanwhile: the worker sends it, once. */
async function sentInTheBackground(market, buyer, room) {
  const { page, context } = buyer;
  await online(page, room);
  await new ChatPage(page).live();
  await market.kill();
  const chat = new ChatPage(page);
  await eventually("away is noticed", async () => (await chat.connection()) !== "");
  await chat.send("Written before the train");
  await eventually("copied for the worker", async () => (await outbox(page)).length === 1);
  const cdp = await context.newCDPSession(page);
  const registrationId = await registrationOf(cdp, page);
  await page.goto("about:blank");
  await market.start();
  await context.newPage().then((tab) => tab.goto("/about"));
  await cdp.send("ServiceWorker.dispatchSyncEvent", { origin: market.origin, registrationId, tag: "outbox", lastChance: false });
  const [, about] = context.pages();
  await eventually("sent", async () => (await outbox(about)).length === 0);
  const stored = await (await context.request.get(`${room}/messages`, { headers: { Accept: "application/json" } })).json();
  assert.equal(stored.entries.filter(({ html }) => html.includes("Written before the train")).length, 1);
  await about.close();
  await online(page, room);
  await new ChatPage(page).shows("Is it still there?", "It is.", "Written in the tunnel", "Written before the train");
}

/** Another version is used from the next page on; the open one isn't loaded anew, and goes on with its own files. */
async function newVersion(market, buyer) {
  const { page, context } = buyer;
  await online(page, "/messages");
  await page.evaluate(() => (window.same = true));
  const before = await files(page);
  await market.kill();
  await market.start({ HAGGLE_NAME: "Bazaar" });
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await eventually("installed", async () => (await files(page)).length === 2);
  const settled = async () => {
    const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
    return !installing && !waiting && active.state === "activated";
  };
  await eventually("in use", () => page.evaluate(settled));
  assert.equal(await page.evaluate(() => window.same), true);
  assert.ok((await files(page)).includes(before[0]), "the open page's files are there");
  await page.reload();
  await context.setOffline(true);
  await page.goto("/products");
  assert.match(await page.title(), /Offline – Bazaar/);
  await context.setOffline(false);
}

/** Nothing is left on the device; whoever comes next sees nothing, and nothing is sent in their name. */
async function signedOut(market, buyer, room) {
  const { page, context } = buyer;
  await online(page, "/messages");
  await keeps(page, room);
  await page.evaluate(() => { document.querySelector("form[action='/logout']").requestSubmit(); });
  await page.getByRole("link", { name: "Sign in" }).first().waitFor();
  await eventually("forgotten", async () => (await kept(page)).length === 0);
  await offlineFor(page, context, [room, "/messages"]);

  // Ended elsewhere: the next page says so.
  await buyer.signIn();
  await online(page, "/messages");
  await keeps(page, room);
  const elsewhere = await market.newPerson(buyer.name);
  await elsewhere.signIn();
  assert.ok((await elsewhere.context.request.post("/account/sessions/end-others", { maxRedirects: 0 })).status() < 400);
  await page.goto(room);
  await page.waitForURL(/\/login/);
  await offlineFor(page, context, [room, "/messages"]);

  // Somebody else, without anybody having signed out.
  await buyer.signIn();
  await online(page, "/messages");
  await keeps(page, room);
  const eva = await market.newBuyer("Eva");
  await context.clearCookies();
  await context.addCookies(await eva.context.cookies());
  await page.goto("/products");
  await offlineFor(page, context, [room, "/messages"]);
}

async function offlineFor(page, context, paths) {
  await context.setOffline(true);
  for (const path of paths) {
    await page.goto(path);
    await page.getByRole("heading", { name: "You are offline" }).waitFor();
  }
  await context.setOffline(false);
}

/** At a page that the worker controls. */
async function online(page, path) {
  await page.goto(path);
  await eventually("a worker", () => page.evaluate(() => navigator.serviceWorker.controller?.state === "activated"));
  await page.reload();
}

const kept = (page) =>
  page.evaluate(async () => {
    if (!(await caches.has("haggle-pages"))) return [];
    return (await (await caches.open("haggle-pages")).keys()).map(({ url }) => new URL(url).pathname);
  });

const keeps = (page, ...paths) =>
  eventually(`${paths} kept`, async () => {
    const all = await kept(page);
    return ["/messages", ...paths].every((path) => all.includes(path));
  });

const files = (page) => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("haggle-files-")));

const outbox = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("haggle", 1);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("outbox").objectStore("outbox").getAll();
          all.onsuccess = () => { opening.result.close(); resolve(all.result); };
        };
      }),
  );

async function registrationOf(cdp, page) {
  const found = new Promise((resolve) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const alive = registrations.find(({ isDeleted }) => !isDeleted);
      if (alive) resolve(alive.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  return found;
}
