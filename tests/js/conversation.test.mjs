import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Conversation } from "../../static/js/chat/conversation.js";
import { RequestError } from "../../static/js/chat/transport/room_api.js";
import { RoomTransport } from "../../static/js/chat/transport/room_transport.js";
import { Events } from "../../static/js/lib/events.js";
import { Outbox } from "../../static/js/chat/compose/outbox.js";
import { Sender } from "../../static/js/chat/compose/sender.js";
import { UploadQueue } from "../../static/js/chat/compose/upload_queue.js";
import { FakePage, settled } from "./fake_page.mjs";
import { FakeStorage } from "./fake_storage.mjs";

new FakePage();
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

const PICTURE = { file: {}, url: "blob:x", width: 8, height: 6 };
const HELLO = { type: "hello", last_seq: 0, read: { buyer: 0, seller: 0 }, online: false };

/** A buyer's conversation; what needs a page or a network is played, the rest is the real thing. */
function setUp({ unsent = [] } = {}) {
  const nothing = () => {};
  const store = new FakeStorage();
  for (const body of unsent) new Outbox(store, "room:buyer").put(body);
  const outbox = new Outbox(store, "room:buyer");
  const events = new Events();
  const { emit } = events;
  const world = { outbox, emit, sent: [], posted: [], bubbles: new Map(), complaints: [], status: "connecting", reconnects: 0 };
  const socket = {
    get status() {
      return world.status;
    },
    open: nothing,
    reconnectNow: nothing,
    send: (frame) => world.status === "open" && Boolean(world.sent.push(frame.body ?? frame)),
    reconnect: () => (world.reconnects += 1),
    end: () => world.status === "ended" || world.become("ended"),
  };
  const composer = (world.composer = {
    text: "",
    restore(body, picture) {
      if (composer.text) return false;
      Object.assign(composer, { text: body, picture });
      return true;
    },
    complain: (sentence) => world.complaints.push(sentence),
    focus: nothing,
  });
  const sender = new Sender({
    outbox,
    pending: {
      showPending: ({ client_id }) => world.bubbles.set(client_id, "pending"),
      showFailed: ({ client_id }, why = "") => world.bubbles.set(client_id, `failed ${why}`.trim()),
      remove: (id) => world.bubbles.delete(id),
    },
    transmit: (item) => world.transport.transmit(item),
    isOffline: () => world.transport.isOffline,
    emit,
  });
  const uploads = new UploadQueue({
    post: (item, signal) => new Promise((resolve, reject) => world.posted.push({ item, signal, resolve, reject })),
    emit,
  });
  const polling = (world.polling = { working: false, now: nothing, start: nothing, stop: nothing });
  const api = { markRead: async (seq) => seq !== 13 };
  world.transport = new RoomTransport({ socket, polling, api, uploads });
  const conversation = new Conversation("buyer", {
    events,
    transport: world.transport,
    sender,
    uploads,
    outbox,
    composer,
    timeline: { entries: [], seen: nothing },
    scroll: { toEnd: nothing, focus: nothing },
    feed: { last: 0, behind: false, receive: nothing, stop: nothing, hasMissedChanges: () => false },
    readTracker: { raise: nothing, resume: nothing },
    connectionStatus: { show: nothing },
    presence: { online: nothing, messageSent: nothing },
    goToEnd: nothing,
  });
  conversation.begin({ buyer: 0, seller: 0 });
  world.send = (body, product, picture) => emit("composed", { body, product, picture });
  world.become = (status) => {
    world.status = status;
    emit("status", status);
  };
  world.greeted = () => {
    world.become("open");
    emit("frame:hello", HELLO);
  };
  /** What the server, or who stands before it, answers to the picture that is on its way. */
  world.refuse = async (status, code, message) => {
    world.posted.at(-1).reject(new RequestError(status, code, message));
    await settled();
  };
  return world;
}

const states = ({ bubbles }) => [...bubbles.values()];

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("messages written before hello follow the unsent ones", () => {
  const world = setUp({ unsent: ["one", "two"] });
  world.become("open");
  world.send("three");
  assert.deepEqual(world.sent, []);
  world.emit("frame:hello", HELLO);
  assert.deepEqual(world.sent, ["one", "two", "three"]);
  world.send("four");
  world.become("waiting");
  world.become("open");
  world.send("five");
  assert.deepEqual(world.sent, ["one", "two", "three", "four"], "another connection, another hello");
});

test("a connection without hello is given up", () => {
  const world = setUp();
  world.become("open");
  world.send("hello?");
  mock.timers.tick(10_000);
  assert.equal(world.reconnects, 1);
  assert.deepEqual(states(world), ["failed"]);
});

test("a rejected picture's text returns to an empty composer only", async () => {
  const world = setUp();
  world.greeted();
  world.send("look", undefined, PICTURE);
  await world.refuse(422, "bad_photo", "That isn't a picture.");
  assert.deepEqual([world.composer.text, states(world), world.complaints], ["look", [], ["That isn't a picture."]]);

  world.composer.text = "newer words";
  world.send("look again", undefined, PICTURE);
  await world.refuse(422, "bad_photo", "That isn't a picture.");
  assert.equal(world.composer.text, "newer words");
  assert.deepEqual(states(world), ["failed That isn't a picture."]);
  assert.deepEqual(world.outbox.all.map(({ body, picture }) => [body, picture]), [["look again", undefined]]);

  world.send("", undefined, PICTURE);
  await world.refuse(422, "bad_photo", "That isn't a picture.");
  assert.equal(world.bubbles.size, 1, "without words nothing is lost");
});

test("an upload rejected without a code isn't retried automatically", async () => {
  for (const status of [400, 403, 413]) {
    const world = setUp();
    world.greeted();
    world.send("look", undefined, PICTURE);
    await world.refuse(status);
    assert.deepEqual(states(world), ["failed The server didn't take this picture: it may be too large."]);
    mock.timers.tick(600_000);
    assert.equal(world.posted.length, 1);
    world.emit("retry", world.outbox.all[0].client_id);
    assert.equal(world.posted.length, 2, "its writer may try");
    assert.equal(world.posted[1].item.picture, PICTURE);
  }
});

test("an upload that got no answer is retried", async () => {
  const world = setUp();
  world.greeted();
  world.send("look", undefined, PICTURE);
  await world.refuse(0);
  mock.timers.tick(6_000);
  assert.equal(world.posted.length, 2);
});

test("after the session ended nothing looks pending", async () => {
  const world = setUp();
  world.greeted();
  world.send("first", undefined, PICTURE);
  await world.refuse(401);
  assert.deepEqual([world.status, states(world)], ["ended", ["failed"]]);
  world.emit("retry", world.outbox.all[0].client_id);
  world.send("second", undefined, PICTURE);
  world.send("and words");
  assert.deepEqual(states(world), ["failed", "failed", "failed"]);
  assert.equal(world.posted.length, 1);
  assert.equal(world.outbox.all.length, 3);
});

test("Edit returns a failed message to an empty composer only", async () => {
  const world = setUp();
  world.greeted();
  world.send("hallo", 12);
  world.send("look", undefined, PICTURE);
  const [words, picture] = world.outbox.all.map(({ client_id }) => client_id);
  mock.timers.tick(10_000);
  world.composer.text = "newer words";
  world.emit("edit", words);
  assert.deepEqual(states(world), ["failed", "pending"]);
  assert.match(world.complaints.at(-1), /first/);
  world.composer.text = "";
  world.emit("edit", words);
  assert.deepEqual([world.composer.text, world.outbox.all.length], ["hallo", 1]);
  world.composer.text = "";
  world.emit("edit", picture);
  assert.deepEqual([world.composer.text, world.composer.picture], ["look", PICTURE]);
  assert.deepEqual([world.bubbles.size, world.outbox.all], [0, []]);
});

test("a discarded picture isn't sent", async () => {
  const world = setUp();
  world.greeted();
  for (const body of ["", "", "two"]) world.send(body, undefined, PICTURE);
  const [one, two] = world.outbox.all.map(({ client_id }) => client_id);
  world.emit("discard", one);
  world.emit("discard", two);
  assert.equal(world.posted[0].signal.aborted, true);
  await world.refuse(0);
  assert.deepEqual(world.posted.map(({ item }) => item.body), ["", "two"]);
  assert.deepEqual(states(world), ["pending"]);
});

test("an upload that only lost its answer isn't marked failed", async () => {
  const world = setUp();
  world.greeted();
  world.send("look", undefined, PICTURE);
  const [{ client_id }] = world.outbox.all;
  world.emit("frame:message", { seq: 0, client_id });
  await world.refuse(0);
  assert.deepEqual(states(world), []);
});

test("read marks go by socket, else by a polling request", async () => {
  const world = setUp();
  assert.equal(await world.transport.markRead(7), false);
  world.polling.working = true;
  assert.deepEqual([await world.transport.markRead(7), await world.transport.markRead(13)], [true, false]);
  world.become("open");
  assert.equal(await world.transport.markRead(13), true);
});
