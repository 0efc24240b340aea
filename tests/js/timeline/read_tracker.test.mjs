import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Reader } from "../../../static/js/chat/timeline/read_tracker.js";
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

/** A reader of the buyer's entries; `told` are the marks, and the next is taken if `reachable`. */
function setUp({ mark = 0 } = {}) {
  page.look(true);
  const end = new AbortController();
  const world = { told: [], reachable: true, end: () => end.abort() };
  const send = async (seq) => {
    world.told.push(seq);
    return world.reachable;
  };
  world.reader = new Reader({ seat: "seller", mark, send, signal: end.signal });
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

test("what was seen together is told once, by its last entry", async () => {
  const { told, tick, reader, end } = setUp();
  see(1, 2, 3);
  await tick();
  reader.raise(3);
  await tick();
  assert.deepEqual(told, [3]);
  end();
});

test("what nobody took is told with the next reason to, until somebody does", async () => {
  const world = setUp();
  world.reachable = false;
  see(1, 2);
  await world.tick();
  world.reader.raise(0); // as every answer of history does
  await world.tick();
  assert.deepEqual(world.told, [2, 2]);
  world.reachable = true;
  world.reader.raise(0);
  await world.tick();
  world.reader.raise(2);
  await world.tick();
  assert.deepEqual(world.told, [2, 2, 2]);
  world.end();
});

test("a mark that failed takes back none that another tab told meanwhile", async () => {
  const world = setUp();
  world.reachable = false;
  see(4);
  mock.timers.tick(300);
  world.reader.raise(9);
  await settled();
  see(8);
  await world.tick();
  assert.deepEqual(world.told, [4]);
  world.end();
});

test("nobody who doesn't look has read anything", async () => {
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
