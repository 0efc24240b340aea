import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ReadTracker } from "../../../static/js/chat/timeline/read_tracker.js";
import { FakePage, settled } from "../fake_page.mjs";

const page = new FakePage();

let looked = () => {};
globalThis.IntersectionObserver = class {
  constructor(callback) {
    looked = callback;
  }
  observe() {}
  disconnect() {}
};

/** A tracker of the buyer's entries; `told` are the marks, and the next is taken if `reachable`. */
function setUp({ mark = 0 } = {}) {
  page.look(true);
  const end = new AbortController();
  const world = { told: [], reachable: true, end: () => end.abort() };
  const send = async (seq) => {
    world.told.push(seq);
    return world.reachable;
  };
  world.tracker = new ReadTracker({ side: "seller", mark, send, signal: end.signal });
  world.tick = async () => {
    mock.timers.tick(300);
    await settled();
  };
  return world;
}

/** These entries come on the screen. */
const see = (...seqs) =>
  looked(seqs.map((seq) => ({ target: { closest: () => ({ getAttribute: () => String(seq) }) }, isIntersecting: true })));

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("entries seen together send one mark, the last", async () => {
  const { told, tick, tracker, end } = setUp();
  see(1, 2, 3);
  await tick();
  tracker.raise(3);
  await tick();
  assert.deepEqual(told, [3]);
  end();
});

test("an undelivered read mark is sent again with the next trigger", async () => {
  const world = setUp();
  world.reachable = false;
  see(1, 2);
  await world.tick();
  world.tracker.raise(0); // as every answer of history does
  await world.tick();
  assert.deepEqual(world.told, [2, 2]);
  world.reachable = true;
  world.tracker.raise(0);
  await world.tick();
  world.tracker.raise(2);
  await world.tick();
  assert.deepEqual(world.told, [2, 2, 2]);
  world.end();
});

test("a failed mark doesn't undo another tab's", async () => {
  const world = setUp();
  world.reachable = false;
  see(4);
  mock.timers.tick(300);
  world.tracker.raise(9);
  await settled();
  see(8);
  await world.tick();
  assert.deepEqual(world.told, [4]);
  world.end();
});

test("a hidden page marks nothing read", async () => {
  const world = setUp();
  page.look(false);
  see(1);
  await world.tick();
  assert.deepEqual(world.told, []);
  page.look(true);
  await world.tick();
  assert.deepEqual(world.told, [1]);
  world.end();
});
