// A room: each entry once and in order, whatever the connection does; messages stored once, in order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff, HaggleClient, MemoryStorage, Outbox, OutboxFull, Room } from "../dist/index.js";
import { FakeServer, eventually, fakeSockets, problem } from "./support.mjs";

const ROOM = "buyer_1_seller_2";
const entry = (seq, client_id = `c${seq}`) => ({ type: "message", seq, kind: "text", from: "buyer", client_id, body: `${seq}` });
const hello = (last_seq) => ({ type: "hello", last_seq, read: { buyer: 0, seller: 0 }, online: true, rev: 0 });
const events = (from, to, more = false) => {
  const data = Array.from({ length: to - from + 1 }, (_, n) => entry(from + n));
  return [200, { data, last_seq: to, read: { buyer: 0, seller: 0 }, more, rev: 0, changed: [] }];
};

async function open(test, { tokens = { token: async () => "t1", renew: async () => "t2" }, ...options } = {}) {
  const server = await FakeServer.start(test);
  const client = new HaggleClient(server.origin, { tokens, maxWait: 1, attempts: 2 });
  const sockets = fakeSockets();
  const backoff = new Backoff(1, 1);
  const room = await Room.open(client, ROOM, { WebSocket: sockets.WebSocket, backoff, ...options });
  const seen = [];
  const statuses = [];
  room.onEntry = ({ seq }) => seen.push(seq);
  room.onStatus = (status, code) => statuses.push(code ? `${status} ${code}` : status);
  test.after(() => room.close());
  room.listen();
  const socket = (n) => eventually(() => sockets.made[n]?.sent.length && sockets.made[n]);
  return { server, room, seen, statuses, sockets: sockets.made, socket };
}

test("the token goes in the first frame, never in the address", async (test) => {
  const { socket, sockets } = await open(test);
  assert.deepEqual((await socket(0)).sent, [{ type: "auth", token: "t1" }]);
  assert.match(sockets[0].address, /^ws:.*\/api\/v1\/ws\/buyer_1_seller_2$/);
});

test("what was missed is read from history, and nothing comes twice", async (test) => {
  const { server, seen, socket } = await open(test, { after: 2 });
  server.answers = [events(3, 4, true), events(5, 5)];
  const ws = await socket(0);
  ws.says(hello(5));
  await eventually(() => seen.length === 3);
  ws.says(entry(5));
  ws.says(entry(6));
  // 7 is missing.
  server.answers = [events(7, 8)];
  ws.says(entry(8));
  await eventually(() => seen.length === 6);
  assert.deepEqual(seen, [3, 4, 5, 6, 7, 8]);
  assert.deepEqual(server.requests.map(({ url }) => new URL(url, "http://x").searchParams.get("after")), ["2", "4", "6"]);
});

test("without a place to begin it begins with the latest", async (test) => {
  const { server, seen, room, socket } = await open(test);
  server.answers = [events(41, 43, true)];
  (await socket(0)).says(hello(43));
  await eventually(() => seen.length === 3);
  assert.equal(room.last, 43);
});

test("a resync and a lost connection ask history again", async (test) => {
  const { server, seen, socket } = await open(test, { after: 0 });
  server.answers = [events(1, 1)];
  (await socket(0)).says(hello(1));
  await eventually(() => seen.length === 1);
  server.answers = [events(2, 2)];
  (await socket(0)).says({ type: "resync" });
  await eventually(() => seen.length === 2);
  server.answers = [events(3, 3)];
  (await socket(0)).closes(1006);
  (await socket(1)).says(hello(3));
  await eventually(() => seen.length === 3);
  assert.deepEqual(seen, [1, 2, 3]);
});

test("an ended token is renewed once; refused again, it is over", async (test) => {
  const { statuses, socket, sockets } = await open(test);
  (await socket(0)).closes(4401);
  assert.deepEqual((await socket(1)).sent, [{ type: "auth", token: "t2" }]);
  sockets[1].closes(4401);
  assert.equal(statuses.at(-1), "ended 4401");
  assert.equal(sockets.length, 2);
});

test("where there is no other token it is over at once", async (test) => {
  const { statuses, socket, sockets } = await open(test, { tokens: { token: async () => "t", renew: async () => null } });
  (await socket(0)).closes(4401);
  await eventually(() => statuses.at(-1) === "ended 4401");
  assert.equal(sockets.length, 1);
});

test("a message whose answer was lost goes again under its id, and those behind it wait", async (test) => {
  const { server, room } = await open(test);
  server.answers = [null, [201, entry(1)], [201, entry(2)]];
  await room.send("one");
  await room.send("two");
  await eventually(() => room.outbox.messages.length === 0);
  const sent = server.requests.map(({ body }) => JSON.parse(body));
  assert.deepEqual(sent.map(({ body }) => body), ["one", "one", "two"]);
  assert.equal(sent[0].client_id, sent[1].client_id);
});

test("unsent messages outlive the program", async (test) => {
  const storage = new MemoryStorage();
  const before = await Outbox.open(storage, ROOM);
  const { client_id } = await before.put("words", "7");
  const { server, room, socket } = await open(test, { storage });
  server.answers = [[200, entry(1, client_id)], events(1, 1)];
  (await socket(0)).says(hello(1));
  await eventually(() => room.outbox.messages.length === 0);
  assert.deepEqual(JSON.parse(server.requests.find(({ method }) => method === "POST").body), {
    client_id,
    body: "words",
    product_id: "7",
  });
  assert.equal((await Outbox.open(storage, ROOM)).messages.length, 0);
});

test("what is refused waits for the person, and what is behind it goes on", async (test) => {
  const { server, room } = await open(test);
  const refused = [];
  room.outbox.onRefused = ({ body, refused: code }) => refused.push([body, code]);
  server.answers = [problem(422, "too_long"), [201, entry(1)]];
  await room.send("long");
  await room.send("short");
  await eventually(() => refused.length === 1 && room.outbox.messages.length === 1);
  assert.deepEqual(refused, [["long", "too_long"]]);
});

test("an outbox is bounded", async () => {
  const outbox = await Outbox.open(new MemoryStorage(), ROOM, 2);
  await outbox.put("one");
  await outbox.put("two");
  await assert.rejects(outbox.put("three"), OutboxFull);
});
