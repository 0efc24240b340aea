import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Outbox } from "../../../static/js/chat/compose/outbox.js";
import { Sender } from "../../../static/js/chat/compose/sender.js";
import { FakeStorage } from "../fake_storage.mjs";

/** A sender whose bubbles are a map from id to what they show. */
function setUp({ connected = true } = {}) {
  const bubbles = new Map();
  const world = { connected, sent: [], unanswered: 0, bubbles, store: new FakeStorage() };
  world.outbox = new Outbox(world.store, "room:buyer");
  world.sender = new Sender({
    outbox: world.outbox,
    bubbles: {
      pending: ({ client_id }) => bubbles.set(client_id, "pending"),
      failed: ({ client_id }, why = "") => bubbles.set(client_id, `failed ${why}`.trim()),
      remove: (id) => bubbles.delete(id),
    },
    transmit: (item) => world.connected && Boolean(world.sent.push(item)),
    unanswered: () => (world.unanswered += 1),
    away: () => !world.connected,
    patience: 10_000,
  });
  return world;
}

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("a message is pending until its entry is seen", () => {
  const { sender, sent, bubbles, outbox } = setUp();
  sender.say("hello", 12);
  assert.deepEqual([...bubbles.values()], ["pending"]);
  sender.settle(sent[0].client_id);
  assert.equal(bubbles.size, 0);
  assert.deepEqual(outbox.all, []);
});

test("without an acknowledgement it is not sent, and the connection is doubted", () => {
  const world = setUp();
  world.sender.say("hello");
  mock.timers.tick(10_000);
  assert.deepEqual([...world.bubbles.values()], ["failed"]);
  assert.equal(world.unanswered, 1);
});

test("without a connection it waits, and goes by itself when there is one", () => {
  const world = setUp({ connected: false });
  world.sender.say("hello");
  mock.timers.tick(10_000);
  assert.deepEqual([...world.bubbles.values()], ["pending"]);
  assert.equal(world.unanswered, 0);
  world.connected = true;
  world.sender.flush();
  assert.deepEqual(world.sent.map(({ body }) => body), ["hello"]);
});

test("what got lost on the way is not sent, but waits where nothing gets through", () => {
  const world = setUp();
  world.sender.say("hello");
  world.sender.lost(world.outbox.all[0]);
  assert.deepEqual([...world.bubbles.values()], ["failed"]);
  world.sender.retry(world.outbox.all[0].client_id);
  world.connected = false;
  world.sender.lost(world.outbox.all[0]);
  assert.deepEqual([...world.bubbles.values()], ["pending"]);
});

test("a retry keeps the id", () => {
  const { sender, sent } = setUp();
  sender.say("hello");
  mock.timers.tick(10_000);
  sender.retry(sent[0].client_id);
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[1], sent[0]);
});

test("a new connection sends all again, in order, with the same ids", () => {
  const world = setUp({ connected: false });
  for (const body of ["one", "two", "three"]) world.sender.say(body);
  mock.timers.tick(10_000);
  world.connected = true;
  world.sender.flush();
  assert.deepEqual(world.sent.map(({ body }) => body), ["one", "two", "three"]);
});

test("not sent stays to be seen through tries that it didn't ask for, until Retry", () => {
  const { sender, sent, bubbles } = setUp();
  sender.say("hello");
  mock.timers.tick(10_000);
  sender.flush();
  assert.equal(sent.length, 2);
  assert.deepEqual([...bubbles.values()], ["failed"]);
  sender.retry(sent[0].client_id);
  assert.deepEqual([...bubbles.values()], ["pending"]);
});

test("a refusal for good isn't tried again, one that passes is", () => {
  const codes = { bad_frame: 0, blocked: 0, too_long: 0, bad_product: 0, rate_limited: 1, unavailable: 1 };
  for (const [code, again] of Object.entries(codes)) {
    const { sender, sent, bubbles } = setUp();
    sender.say("hello");
    const why = sender.refuse({ client_id: sent[0].client_id, code, message: "Because." });
    assert.equal(why, "Because.");
    assert.deepEqual([...bubbles.values()], ["failed Because."]);
    mock.timers.tick(6_000);
    assert.equal(sent.length, 1 + again, code);
    sender.settle(sent[0].client_id);
  }
});

test("an id that is taken goes out again under another", () => {
  const { sender, sent, bubbles } = setUp();
  sender.say("hello");
  assert.equal(sender.refuse({ client_id: sent[0].client_id, code: "client_id_reused" }), "");
  assert.equal(sent.length, 2);
  assert.notEqual(sent[1].client_id, sent[0].client_id);
  assert.deepEqual([...bubbles.keys()], [sent[1].client_id]);
});

test("a code that this page doesn't know still says something", () => {
  const { sender, sent } = setUp();
  sender.say("hello");
  assert.notEqual(sender.refuse({ client_id: sent[0].client_id, code: "moon_phase" }), "");
  assert.notEqual(sender.refuse({ code: "bad_frame" }), "");
});

test("an earlier page's messages are shown as what they are", () => {
  const before = setUp();
  before.sender.say("on its way");
  before.sender.say("refused");
  before.outbox.refuse(before.sent[1].client_id, "blocked");
  const bubbles = new Map();
  const outbox = new Outbox(before.store, "room:buyer");
  new Sender({
    outbox,
    bubbles: {
      pending: ({ body }) => bubbles.set(body, "pending"),
      failed: ({ body }) => bubbles.set(body, "failed"),
      remove: () => {},
    },
    transmit: () => false,
    unanswered: () => {},
  }).restore();
  assert.deepEqual([...bubbles], [["on its way", "pending"], ["refused", "failed"]]);
});

test("when access ends, what was on its way is not sent, and is kept", () => {
  const world = setUp();
  world.sender.say("hello");
  world.connected = false;
  world.sender.say("and you?");
  mock.timers.tick(10_000);
  world.sender.stop();
  assert.deepEqual([...world.bubbles.values()], ["failed", "failed"]);
  assert.equal(world.outbox.all.length, 2);
});

test("a picture that didn't get there is not sent, and tried again by and by", () => {
  const { sender, sent, bubbles } = setUp();
  sender.say("look", undefined, { width: 8, height: 6 });
  mock.timers.tick(60_000);
  assert.deepEqual([...bubbles.values()], ["pending"], "a picture takes its time");
  sender.lost(sent[0]);
  assert.deepEqual([...bubbles.values()], ["failed"]);
  mock.timers.tick(60_000);
  assert.equal(sent.length, 2);
  assert.equal(sent[1].picture, sent[0].picture);
});

test("what goes back to its writer is gone from here", () => {
  const { sender, sent, bubbles, outbox } = setUp();
  sender.say("look", undefined, { width: 8, height: 6 });
  assert.equal(sender.withdraw(sent[0].client_id).body, "look");
  assert.equal(bubbles.size, 0);
  assert.deepEqual(outbox.all, []);
});
