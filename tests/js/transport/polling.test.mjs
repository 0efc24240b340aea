import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Polling } from "../../../static/js/chat/transport/polling.js";
import { Backoff } from "../../../static/js/lib/backoff.js";
import { FakePage, settled } from "../fake_page.mjs";

const page = new FakePage();

/** Polling of a server that is up or not; `rounds` counts. */
function setUp({ up = true } = {}) {
  page.look(true);
  const end = new AbortController();
  const world = { up, rounds: 0, end: () => end.abort() };
  const round = async () => {
    world.rounds += 1;
    if (!world.up) throw new Error("down");
  };
  const backoff = new Backoff({ base: 4_000, cap: 60_000, random: () => 1 });
  world.polling = new Polling(round, () => {}, end.signal, backoff);
  world.tick = async (ms) => {
    mock.timers.tick(ms);
    await settled();
  };
  return world;
}

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

/** How long it takes until the next round, in seconds. */
async function wait(world) {
  const before = world.rounds;
  for (let seconds = 1; seconds < 200; seconds += 1) {
    await world.tick(1_000);
    if (world.rounds > before) return seconds;
  }
  return Infinity;
}

test("polling backs off while the server is down, then resets", async () => {
  const world = setUp({ up: false });
  world.polling.start();
  await settled();
  const waits = [];
  for (let n = 0; n < 6; n += 1) waits.push(await wait(world));
  assert.deepEqual(waits, [4, 8, 16, 32, 60, 60]);
  world.up = true;
  assert.equal(await wait(world), 60);
  assert.deepEqual([await wait(world), await wait(world)], [4, 4]);
  world.up = false;
  await wait(world);
  assert.equal(await wait(world), 4, "a good round began the waits anew");
  world.end();
});

test("a returning reader or network polls at once", async () => {
  const world = setUp({ up: false });
  world.polling.start();
  await settled();
  for (const back of [() => page.look(true), () => page.happens("online")]) {
    page.look(false);
    await settled();
    const before = world.rounds;
    back();
    await settled();
    assert.equal(world.rounds, before + 1);
  }
  world.end();
});

test("nothing is polled while the socket works", async () => {
  const world = setUp();
  page.look(true);
  await settled();
  assert.equal(world.rounds, 0);
  world.polling.start();
  await settled();
  world.polling.stop();
  page.look(true);
  await world.tick(60_000);
  assert.equal(world.rounds, 1);
  world.end();
});
