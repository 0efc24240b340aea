// What a page weighs on a slow phone: a quarter of this machine's speed, 1.6 Mbit/s, 150 ms to the server and back (as
// Lighthouse emulates slow 4G). Requests, bytes and movement are promised here. Times depend on what else runs on the
// machine; they are written to `figures.txt`, beside the server's log.

import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { ChatPage, eventually } from "./chat_page.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 };
const CPU = { rate: 4 };

/** Of one page, without its photos. */
const MOST_BYTES = 60 * 1024;
/** A member's has the conversation's script, whose reader has the sheet and the letters from signing in. */
const MOST_BYTES_OF_MEMBERS = 80 * 1024;
const MOST_REQUESTS = 12;

const PHOTOS = ["red-hatchback", "city-bicycle", "camping-tent", "red-hatchback", "city-bicycle", "camping-tent"].map(
  (name) => readFileSync(new URL(`../../demo/photos/${name}.webp`, import.meta.url)),
);

export default async function (market) {
  const sellers = await Promise.all(["Tomas", "Mira"].map((name) => market.newSeller(name)));
  for (let n = 0; n < 13; n += 1) await offer(sellers[n % 2], `Lamp ${n}`, PHOTOS.slice(n % 3, (n % 3) + 1));
  const product = await offer(sellers[0], "City bicycle", PHOTOS);
  const ana = await market.newBuyer("Ana");
  const room = await beginConversation(ana, product);

  for (const [name, place] of Object.entries({ home: "/", list: "/products", product, "sign in": "/login" })) {
    await measure(market, name, MOST_BYTES, place);
  }
  for (const [name, place] of Object.entries({ "home, signed in": "/", room, inbox: "/messages" })) {
    await measure(market, name, MOST_BYTES_OF_MEMBERS, place, ana.email);
  }
  await write(market, ana.email, room);
}

/** Through the form's address; gives the product's path. */
async function offer(seller, title, photos) {
  const form = new FormData();
  const fields = { title, description: "In good order.", price: "25.00", currency: "EUR", category: "home" };
  for (const [name, value] of Object.entries({ ...fields, condition: "good", place: "Lisbon" })) form.append(name, value);
  for (const photo of photos) form.append("photos", new File([photo], "photo.webp", { type: "image/webp" }));
  const answer = await seller.context.request.post("/seller/products", { multipart: form, maxRedirects: 0 });
  assert.equal(answer.status(), 303, await answer.text());
  return answer.headers().location;
}

async function beginConversation({ page }, product) {
  await page.goto(product);
  const hers = new ChatPage(page);
  await hers.send("Is it still there?", "I could come at six.");
  await hers.shows("Is it still there?", "I could come at six.");
  return page.getByRole("link", { name: "Open the whole conversation" }).getAttribute("href");
}

/** A visit by a browser that has nothing yet. */
async function measure(market, name, mostBytes, place, email) {
  const visit = await firstVisit(market, place, email);
  const { sheets, scripts, requests, bytes, photos, moved, firstPaint, largestPaint } = visit;
  note(
    `${name}: first paint ${firstPaint} ms, largest ${largestPaint} ms, ${requests} requests before, ` +
      `${bytes} bytes and ${photos} of photos, moved ${moved}`,
  );
  assert.deepEqual([sheets, scripts], [1, 1], `${name}: style sheets and scripts`);
  assert.ok(requests <= MOST_REQUESTS, `${name}: ${requests} requests before the first paint\n${visit.all.join("\n")}`);
  assert.ok(bytes <= mostBytes, `${name}: ${bytes} bytes\n${visit.all.join("\n")}`);
  assert.equal(moved.toFixed(2), "0.00", `${name}: what moves\n${visit.moves.join("\n")}`);
  assert.deepEqual(visit.boundless, [], `${name}: photos without dimensions`);
}

async function firstVisit(market, place, email) {
  const person = await market.newPerson("phone", PHONE);
  if (email) Object.assign(person, { email }) && (await person.signIn());
  const { page } = person;
  const cdp = await slow(page);
  const requests = new Map();
  cdp.on("Network.requestWillBeSent", ({ requestId, request, timestamp, type }) => {
    if (request.url.startsWith(market.origin)) requests.set(requestId, { url: request.url, timestamp, type, bytes: 0 });
  });
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (requests.has(requestId)) requests.get(requestId).bytes = encodedDataLength;
  });
  await page.addInitScript(observe);
  await page.goto(place, { waitUntil: "networkidle" });
  await page.waitForFunction(() => window.seen.firstPaint && window.seen.largestPaint);
  const seen = await page.evaluate(() => ({
    ...window.seen,
    eager: [...document.images].filter(({ src, loading }) => src.includes("/media/") && loading !== "lazy").length,
    boundless: [...document.images]
      .filter((photo) => photo.currentSrc && !(photo.hasAttribute("width") && photo.hasAttribute("height")))
      .map((photo) => photo.outerHTML),
  }));
  await person.context.close();
  const all = [...requests.values()];
  const start = all[0].timestamp;
  const isPhoto = ({ url }) => new URL(url).pathname.startsWith("/media/");
  // The browser's own icon belongs to no page.
  const isPart = ({ url, type }) => !isPhoto({ url }) && type !== "Other";
  const before = all.filter((one) => (one.timestamp - start) * 1000 < seen.firstPaint && isPart(one));
  const weight = (some) => some.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    ...seen,
    firstPaint: Math.round(seen.firstPaint),
    largestPaint: Math.round(seen.largestPaint),
    sheets: all.filter(({ type }) => type === "Stylesheet").length,
    scripts: all.filter(({ type }) => type === "Script").length,
    // Photos that wait for the layout begin beside the first paint, which doesn't wait for them.
    requests: before.length + seen.eager,
    bytes: weight(all.filter((one) => !isPhoto(one))),
    photos: weight(all.filter(isPhoto)),
    all: all.map(({ url, bytes }) => `${bytes} ${url}`),
  };
}

async function slow(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", SLOW_4G);
  await cdp.send("Emulation.setCPUThrottlingRate", CPU);
  return cdp;
}

/** In the page, from its beginning. */
function observe() {
  const seen = { firstPaint: 0, largestPaint: 0, moved: 0, moves: [] };
  window.seen = seen;
  const each = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  each("paint", ({ name, startTime }) => name === "first-contentful-paint" && (seen.firstPaint = startTime));
  each("largest-contentful-paint", ({ startTime }) => (seen.largestPaint = startTime));
  each("layout-shift", ({ value, sources, hadRecentInput }) => {
    if (hadRecentInput) return;
    seen.moved += value;
    for (const { node, previousRect, currentRect } of sources) {
      const rects = [previousRect, currentRect].map(({ x, y, width, height }) => [x, y, width, height].map(Math.round));
      seen.moves.push(`${value} ${node?.outerHTML?.slice(0, 120) ?? node?.textContent}: ${rects.join(" to ")}`);
    }
  });
}

/** Opens the conversation from the list and writes: all but the page and its pictures is there before the click. */
async function write(market, email, room) {
  const person = await market.newPerson("phone", PHONE);
  Object.assign(person, { email });
  await person.signIn();
  const { page } = person;
  const cdp = await slow(page);
  await page.goto("/messages", { waitUntil: "networkidle" });
  const [fetched, types] = [[], new Map()];
  cdp.on("Network.requestWillBeSent", ({ requestId, type }) => types.set(requestId, type));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (encodedDataLength) fetched.push(types.get(requestId));
  });
  const began = performance.now();
  await page.locator(`a[href="${room}"]`).first().click();
  await page.waitForFunction(() => customElements.get("haggle-room") && document.querySelector("[data-composer]"));
  const chat = new ChatPage(page);
  await chat.text.fill("At seven?");
  await page.getByRole("button", { name: "Send" }).click();
  await eventually("sent", async () => (await chat.entries()).some((it) => it.body === "At seven?" && it.state === "stored"));
  note(`a message sent ${Math.round(performance.now() - began)} ms after the click that opened its room`);
  const waited = fetched.filter((type) => ["Script", "Stylesheet", "Font"].includes(type));
  assert.deepEqual(waited, [], "what the room waited for");
  assert.ok(fetched.includes("Document"));
}

function note(line) {
  appendFileSync(path.join(process.env.HAGGLE_KEEP, "figures.txt"), `${line}\n`);
}
