import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Outbox } from "../../../static/js/chat/compose/outbox.js";
import { Sender } from "../../../static/js/chat/compose/sender.js";
import { FakeStorage } from "../fake_storage.mjs";

/** A sender whose bubbles are a map from id to what they show. */
function setUp({ connected = true } = {}) {
  const bubbles = new Map();
  const world = { connected, sent: [], unacknowledged: 0, bubbles, store: new FakeStorage() };
  world.outbox = new Outbox(world.store, "room:buyer");
  world.sender = new Sender({
    outbox: world.outbox,
    pending: {
      showPending: ({ client_id }) => bubbles.set(client_id, "pending"),
      showFailed: ({ client_id }, why = "") => bubbles.set(client_id, `failed ${why}`.trim()),
      remove: (id) => bubbles.delete(id),
    },
    transmit: (item) => world.connected && Boolean(world.sent.push(item)),
    emit: (type) => type === "unacknowledged" && (world.unacknowledged += 1),
    isOffline: () => !world.connected,
    ackTimeout: 10_000,
  });
  return world;
}

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("a message is pending until its entry arrives", () => {
  const { sender, sent, bubbles, outbox } = setUp();
  sender.send("hello", 12);
  assert.deepEqual([...bubbles.values()], ["pending"]);
  sender.acknowledge(sent[0].client_id);
  assert.equal(bubbles.size, 0);
  assert.deepEqual(outbox.all, []);
});

test("an acknowledgement time-out fails the message and reconnects", () => {
  const world = setUp();
  world.sender.send("hello");
  mock.timers.tick(10_000);
  assert.deepEqual([...world.bubbles.values()], ["failed"]);
  assert.equal(world.unacknowledged, 1);
});

test("an offline message stays pending and is sent on flush", () => {
  const world = setUp({ connected: false });
  world.sender.send("hello");
  mock.timers.tick(10_000);
  assert.deepEqual([...world.bubbles.values()], ["pending"]);
  assert.equal(world.unacknowledged, 0);
  world.connected = true;
  world.sender.flush();
  assert.deepEqual(world.sent.map(({ body }) => body), ["hello"]);
});

test("a lost message is failed when online and pending when offline", () => {
  const world = setUp();
  world.sender.send("hello");
  world.sender.retryLater(world.outbox.all[0]);
  assert.deepEqual([...world.bubbles.values()], ["failed"]);
  world.sender.retry(world.outbox.all[0].client_id);
  world.connected = false;
  world.sender.retryLater(world.outbox.all[0]);
  assert.deepEqual([...world.bubbles.values()], ["pending"]);
});

test("a retry keeps the id", () => {
  const { sender, sent } = setUp();
  sender.send("hello");
  mock.timers.tick(10_000);
  sender.retry(sent[0].client_id);
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[1], sent[0]);
});

test("a new connection resends everything in order, same ids", () => {
  const world = setUp({ connected: false });
  for (const body of ["one", "two", "three"]) world.sender.send(body);
  mock.timers.tick(10_000);
  world.connected = true;
  world.sender.flush();
  assert.deepEqual(world.sent.map(({ body }) => body), ["one", "two", "three"]);
});

test("a failed message stays marked failed until Retry", () => {
  const { sender, sent, bubbles } = setUp();
  sender.send("hello");
  mock.timers.tick(10_000);
  sender.flush();
  assert.equal(sent.length, 2);
  assert.deepEqual([...bubbles.values()], ["failed"]);
  sender.retry(sent[0].client_id);
  assert.deepEqual([...bubbles.values()], ["pending"]);
});

test("only retryable rejections are retried", () => {
  const codes = { bad_frame: 0, blocked: 0, too_long: 0, bad_product: 0, rate_limited: 1, unavailable: 1 };
  for (const [code, again] of Object.entries(codes)) {
    const { sender, sent, bubbles } = setUp();
    sender.send("hello");
    const why = sender.reject({ client_id: sent[0].client_id, code, message: "Because." });
    assert.equal(why, "Because.");
    assert.deepEqual([...bubbles.values()], ["failed Because."]);
    mock.timers.tick(6_000);
    assert.equal(sent.length, 1 + again, code);
    sender.acknowledge(sent[0].client_id);
  }
});

test("a reused id is resent under a new one", () => {
  const { sender, sent, bubbles } = setUp();
  sender.send("hello");
  assert.equal(sender.reject({ client_id: sent[0].client_id, code: "client_id_reused" }), "");
  assert.equal(sent.length, 2);
  assert.notEqual(sent[1].client_id, sent[0].client_id);
  assert.deepEqual([...bubbles.keys()], [sent[1].client_id]);
});

test("an unknown error code still shows a sentence", () => {
  const { sender, sent } = setUp();
  sender.send("hello");
  assert.notEqual(sender.reject({ client_id: sent[0].client_id, code: "moon_phase" }), "");
  assert.notEqual(sender.reject({ code: "bad_frame" }), "");
});

test("leftovers of an earlier page show their state", () => {
  const before = setUp();
  before.sender.send("on its way");
  before.sender.send("refused");
  before.outbox.reject(before.sent[1].client_id, "blocked");
  const bubbles = new Map();
  const outbox = new Outbox(before.store, "room:buyer");
  new Sender({
    outbox,
    pending: {
      showPending: ({ body }) => bubbles.set(body, "pending"),
      showFailed: ({ body }) => bubbles.set(body, "failed"),
      remove: () => {},
    },
    transmit: () => false,
    emit: () => {},
  }).resume();
  assert.deepEqual([...bubbles], [["on its way", "pending"], ["refused", "failed"]]);
});

test("ended access marks pending messages failed and keeps them", () => {
  const world = setUp();
  world.sender.send("hello");
  world.connected = false;
  world.sender.send("and you?");
  mock.timers.tick(10_000);
  world.sender.stop();
  assert.deepEqual([...world.bubbles.values()], ["failed", "failed"]);
  assert.equal(world.outbox.all.length, 2);
});

test("a failed upload is marked failed and retried later", () => {
  const { sender, sent, bubbles } = setUp();
  sender.send("look", undefined, { width: 8, height: 6 });
  mock.timers.tick(60_000);
  assert.deepEqual([...bubbles.values()], ["pending"], "a picture takes its time");
  sender.retryLater(sent[0]);
  assert.deepEqual([...bubbles.values()], ["failed"]);
  mock.timers.tick(60_000);
  assert.equal(sent.length, 2);
  assert.equal(sent[1].picture, sent[0].picture);
});

test("a withdrawn message leaves the outbox", () => {
  const { sender, sent, bubbles, outbox } = setUp();
  sender.send("look", undefined, { width: 8, height: 6 });
  assert.equal(sender.withdraw(sent[0].client_id).body, "look");
  assert.equal(bubbles.size, 0);
  assert.deepEqual(outbox.all, []);
});
