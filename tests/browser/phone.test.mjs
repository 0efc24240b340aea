// A phone: everything an app does, by nothing but the reference client (clients/typescript). The browser is the system's,
// for signing in, and the other person's.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import { HaggleClient, MemoryStorage, OAuthSession, PushReceiver, Room } from "../../clients/typescript/dist/index.js";
import { ChatPage, eventually } from "./chat_page.mjs";
import { PASSWORD } from "./support.mjs";

// Node 20 has no WebSocket of its own.
const { WebSocket } = createRequire(new URL("../../clients/typescript/package.json", import.meta.url))("ws");
const SCOPES = ["profile", "products:read", "products:write", "chat:read", "chat:write", "notices", "push"];

export default async function (market) {
  await market.kill();
  await market.start({ HAGGLE_APP_REDIRECTS: "http://127.0.0.1/signed-in" });
  const network = await Network.to(market.origin);
  const storage = new MemoryStorage();
  try {
    const tomas = await market.newSeller("Tomas");
    const session = new OAuthSession(market.origin, { storage });
    await signIn(session, tomas);
    const phone = new HaggleClient(network.origin, { tokens: session });
    const ana = await market.newBuyer("Ana");
    await ana.page.goto(await sell(phone));
    const { room, heard, ended } = await talk(phone, ana, storage);
    await cut(network, room, heard, ana);
    room.socket.close();
    await pushed(phone, storage, ana);
    room.listen();
    await eventually("the room to be live again", () => room.socket.status === "live");
    await signOutElsewhere(tomas, phone, ended);
  } finally {
    network.close();
  }
}

/** By the system's browser, which comes back to a port of the app's. */
async function signIn(session, { context, page, email }) {
  const callback = deferred();
  const listener = http.createServer((request, answer) => {
    if (request.url.startsWith("/signed-in")) callback.resolve(`http://${request.headers.host}${request.url}`);
    answer.setHeader("content-type", "text/html").end("<link rel=icon href=data:,><p>Back in the app");
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  await context.clearCookies();
  await page.goto(await session.begin(`http://127.0.0.1:${listener.address().port}/signed-in`, SCOPES));
  await page.fill("#email", email);
  await page.fill("#password", PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await session.finish(await callback.promise);
  await page.getByText("Back in the app").waitFor();
  listener.close();
  listener.closeAllConnections();
}

/** Node 20 has no `Promise.withResolvers`. */
function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

/** A product with a picture; gives its page. */
async function sell(phone) {
  assert.deepEqual((await phone.call("get", "/products", {})).data, []);
  const picture = new Blob([readFileSync(new URL("../../demo/photos/camping-tent.webp", import.meta.url))], { type: "image/webp" });
  const upload = await phone.call("post", "/uploads", { body: picture });
  const [category] = (await phone.call("get", "/categories", {})).data;
  const body = {
    title: "Camping tent",
    price: { amount_minor: 4500, currency: "EUR" },
    category: category.slug,
    condition: "good",
    place: "Lisbon",
    photos: [upload.id],
  };
  const { data: product, response } = await phone.send("post", "/products", { body });
  assert.equal(response.headers.get("location"), `/api/v1/products/${product.id}`);
  assert.deepEqual(product.photos.map(({ id }) => id), [upload.id]);

  // Changed only if it is as it was read, and what was read names its pictures.
  const path = { id: product.id };
  const etag = (await phone.send("get", "/products/{id}", { path })).response.headers.get("etag");
  const change = { price: { amount_minor: 4000, currency: "EUR" }, photos: [upload.id] };
  await phone.call("patch", "/products/{id}", { path, headers: { "if-match": etag }, body: change });
  await assert.rejects(phone.call("patch", "/products/{id}", { path, headers: { "if-match": etag }, body: change }), {
    code: "precondition_failed",
  });
  const listed = [];
  for await (const one of phone.each("/products", { query: { limit: 1 } })) listed.push(one.price.amount_minor);
  assert.deepEqual(listed, [4000]);
  return product.url;
}

/** She writes on the web, the phone answers. */
async function talk(phone, ana, storage) {
  const hers = new ChatPage(ana.page);
  await hers.send("Is it still there?");
  await hers.shows("Is it still there?");
  const [found] = (await phone.call("get", "/rooms", {})).data;
  assert.deepEqual([found.other_name, found.unread, found.product.title], ["Ana", 1, "Camping tent"]);
  const room = await Room.open(phone, found.id, { WebSocket, storage });
  const heard = [];
  const ended = deferred();
  room.onEntry = ({ seq, body }) => heard.push(`${seq} ${body}`);
  room.onStatus = (status, code) => status === "ended" && ended.resolve(code);
  room.listen();
  await eventually("the phone to hear her", () => heard.length === 1);
  await room.send("Yes, come by.");
  await hers.receives("Yes, come by.");
  await hers.send("At six?");
  await eventually("the phone to hear both", () => heard.length === 3);
  await room.markRead(3);
  assert.deepEqual(heard, ["1 Is it still there?", "2 Yes, come by.", "3 At six?"]);
  return { room, heard, ended };
}

/** Without a network both go on writing; then three answers are lost on their way. */
async function cut(network, room, heard, ana) {
  const hers = new ChatPage(ana.page);
  network.cut();
  await eventually("the phone to notice", () => room.socket.status !== "live");
  await hers.send("Hello?", "Are you there?");
  await room.send("In a tunnel");
  await hers.receives("Are you there?");
  assert.equal(room.outbox.messages.length, 1);
  network.mend();
  room.socket.reconnectNow();
  await eventually("both to have all", () => heard.length === 6 && room.outbox.messages.length === 0);
  assert.deepEqual(heard.slice(3), ["4 Hello?", "5 Are you there?", "6 In a tunnel"]);

  network.answersToLose = 3;
  for (const words of ["One", "two", "three."]) await room.send(words);
  await eventually("all three", () => heard.length === 9 && room.outbox.messages.length === 0);
  assert.equal(network.answersToLose, 0);
  assert.deepEqual(heard.slice(6), ["7 One", "8 two", "9 three."]);
  const said = ["Is it still there?", "Yes, come by.", "At six?", "Hello?", "Are you there?", "In a tunnel", "One", "two", "three."];
  await hers.shows(...said);
}

/** By a distributor on this machine, which sees nothing of it. */
async function pushed(phone, storage, ana) {
  const arrived = deferred();
  const distributor = http.createServer(async (request, answer) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    answer.writeHead(201).end();
    arrived.resolve(Uint8Array.from(Buffer.concat(parts)));
  });
  distributor.listen(0, "127.0.0.1");
  await once(distributor, "listening");
  const receiver = await PushReceiver.open(storage);
  await receiver.register(phone, "phone", `http://127.0.0.1:${distributor.address().port}/up?token=1`);
  await new ChatPage(ana.page).send("I’m at your door.");
  const body = await arrived.promise;
  assert.ok(!Buffer.from(body).includes("door"));
  const { notification } = await receiver.decrypt(body);
  assert.equal(notification.title, "Ana");
  assert.match(notification.body, /I’m at your door\.$/);
  distributor.close();
  distributor.closeAllConnections();
}

/** "End", in the list of sessions: the socket closes, no token is had any more, and nothing is tried again. */
async function signOutElsewhere({ page }, phone, ended) {
  await page.goto("/account/sessions");
  await page.locator(".session-line", { hasText: "App" }).getByRole("button").click();
  assert.equal(await ended.promise, 4401);
  await assert.rejects(phone.call("get", "/me", {}), { code: "signed_out" });
}

/** The network between the phone and the marketplace. */
class Network {
  #sockets = new Set();
  #isCut = false;
  /** How many answers to messages are lost, with their connection. */
  answersToLose = 0;

  static async to(origin) {
    const network = new Network();
    const { port } = new URL(origin);
    network.server = net.createServer((near) => network.#join(near, net.connect(port, "127.0.0.1")));
    network.server.listen(0, "127.0.0.1");
    await once(network.server, "listening");
    network.origin = `http://127.0.0.1:${network.server.address().port}`;
    return network;
  }

  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.server.close();
  }

  #join(near, far) {
    let isMessage = false;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => (this.#sockets.delete(from), to.destroy()));
    }
    if (this.#isCut) return near.destroy();
    near.on("data", (bytes) => {
      if (/^(GET|PUT|POST|PATCH) /.test(bytes)) isMessage = /^POST \S+\/messages /.test(bytes);
      far.write(bytes);
    });
    far.on("data", (bytes) => {
      if (!isMessage || this.answersToLose === 0) return near.write(bytes);
      this.answersToLose -= 1;
      near.destroy();
    });
  }
}
