import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft } from "../../../static/js/chat/compose/draft.js";
import { Outbox } from "../../../static/js/chat/compose/outbox.js";
import { FakeStorage } from "../fake_storage.mjs";

const ROOM = "buyer_1_seller_2:buyer";
const bodies = (items) => items.map(({ body }) => body);

test("the outbox survives a reload in order", () => {
  const store = new FakeStorage();
  const outbox = new Outbox(store, ROOM, () => 1000);
  const sent = ["one", "two", "three"].map((body) => outbox.put(body, 12));
  const reloaded = new Outbox(store, ROOM, () => 2000);
  assert.deepEqual(reloaded.due, sent);
});

test("only the server's entry removes an item", () => {
  const store = new FakeStorage();
  const outbox = new Outbox(store, ROOM);
  const item = outbox.put("hello");
  assert.equal(outbox.acknowledge(item.client_id), true);
  assert.equal(outbox.acknowledge(item.client_id), false);
  assert.deepEqual(new Outbox(store, ROOM).all, []);
  assert.equal(store.length, 0);
});

test("two tabs keep each other's messages", () => {
  const store = new FakeStorage();
  const [one, other] = [new Outbox(store, ROOM), new Outbox(store, ROOM)];
  one.put("from one");
  const theirs = other.put("from the other");
  other.acknowledge(theirs.client_id);
  other.put("again");
  assert.deepEqual(bodies(new Outbox(store, ROOM).all).sort(), ["again", "from one"]);
});

test("each room and side has its own outbox", () => {
  const store = new FakeStorage();
  new Outbox(store, ROOM).put("mine");
  assert.deepEqual(new Outbox(store, "buyer_1_seller_2:seller").all, []);
  assert.deepEqual(new Outbox(store, "buyer_1_seller_22:buyer").all, []);
});

test("a rejected item waits for its writer and keeps its id", () => {
  const store = new FakeStorage();
  const outbox = new Outbox(store, ROOM);
  const item = outbox.put("hello");
  outbox.reject(item.client_id, "blocked");
  const reloaded = new Outbox(store, ROOM);
  assert.deepEqual(reloaded.due, []);
  assert.equal(reloaded.all[0].refused, "blocked");
  assert.equal(reloaded.retry(item.client_id).client_id, item.client_id);
  assert.deepEqual(bodies(reloaded.due), ["hello"]);
});

test("retrying after bad_product drops the product", () => {
  const outbox = new Outbox(new FakeStorage(), ROOM);
  for (const [code, product] of [["bad_product", undefined], ["blocked", 12]]) {
    const { client_id } = outbox.put("hello", 12);
    outbox.reject(client_id, code);
    assert.equal(outbox.retry(client_id).product_id, product, code);
  }
});

test("a reused id is replaced and the text kept", () => {
  const store = new FakeStorage();
  const outbox = new Outbox(store, ROOM);
  const item = outbox.put("hello", 12);
  const renewed = outbox.assignNewId(item.client_id);
  assert.notEqual(renewed.client_id, item.client_id);
  assert.deepEqual([renewed.body, renewed.product_id], ["hello", 12]);
  assert.deepEqual(new Outbox(store, ROOM).all, [renewed]);
});

test("items older than a day are sent on request only", () => {
  const store = new FakeStorage();
  let now = 0;
  const item = new Outbox(store, ROOM, () => now).put("still interested?");
  now += 3 * 24 * 3600 * 1000;
  const later = new Outbox(store, ROOM, () => now);
  assert.deepEqual(later.due, []);
  assert.deepEqual(bodies(later.all), ["still interested?"]);
  later.retry(item.client_id);
  assert.deepEqual(bodies(later.due), ["still interested?"]);
});

test("a full storage still sends", () => {
  const store = new FakeStorage();
  store.full = true;
  const outbox = new Outbox(store, ROOM);
  outbox.put("hello");
  assert.deepEqual(bodies(outbox.due), ["hello"]);
});

test("foreign data under the outbox's keys is ignored", () => {
  const store = new FakeStorage();
  store.setItem(`haggle:outbox:${ROOM}:x`, "not json");
  store.setItem(`haggle:outbox:${ROOM}:y`, "null");
  store.setItem(`haggle:outbox:${ROOM}:z`, '{"client_id":"other","body":"b","at":1}');
  assert.deepEqual(new Outbox(store, ROOM).all, []);
});

test("a picture lasts one page, its message outlives it", () => {
  const store = new FakeStorage();
  const outbox = new Outbox(store, ROOM);
  const picture = { file: {}, url: "blob:x", width: 8, height: 6 };
  outbox.put("one");
  const sent = outbox.put("two", undefined, picture);
  assert.deepEqual(bodies(outbox.due), ["one", "two"]);
  assert.equal(outbox.retry(sent.client_id).picture, picture);
  assert.equal(outbox.isVolatile, true);
  const renewed = outbox.assignNewId(sent.client_id);
  assert.equal(renewed.picture, picture);
  // The next page has the words, and knows that the picture is gone.
  const reloaded = new Outbox(store, ROOM);
  assert.deepEqual(bodies(reloaded.due), ["one"]);
  assert.deepEqual(reloaded.all[1], { ...reloaded.all[1], body: "two", refused: "photo_lost" });
  assert.equal(reloaded.isVolatile, false);
  outbox.acknowledge(renewed.client_id);
  assert.equal(outbox.isVolatile, false);
  assert.deepEqual(bodies(new Outbox(store, ROOM).all), ["one"]);
});

test("a draft is kept until it is emptied", () => {
  const store = new FakeStorage();
  new Draft(store, ROOM).text = "half a sen";
  assert.equal(new Draft(store, ROOM).text, "half a sen");
  assert.equal(new Draft(store, "buyer_9_seller_2:buyer").text, "");
  new Draft(store, ROOM).text = "";
  assert.equal(store.length, 0);
});

test("a copy beside it has what is due, and nothing that was stored, refused or is a picture's", () => {
  const copy = new Map();
  const beside = { put: (item) => copy.set(item.client_id, item.body), remove: (id) => copy.delete(id) };
  const outbox = new Outbox(new FakeStorage(), ROOM, () => 1000, beside);
  const [one, other] = [outbox.put("stored"), outbox.put("refused")];
  outbox.put("with a picture", undefined, { url: "blob:1" });
  assert.deepEqual([...copy.values()], ["stored", "refused"]);
  outbox.acknowledge(one.client_id);
  outbox.reject(other.client_id, "blocked");
  assert.equal(copy.size, 0);
  outbox.retry(other.client_id);
  assert.deepEqual([...copy.values()], ["refused"]);
  outbox.acknowledge("of another page");
  assert.equal(copy.size, 1);
});
