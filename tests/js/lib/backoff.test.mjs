import assert from "node:assert/strict";
import { test } from "node:test";
import { waitAfter } from "../../../static/js/chat/transport/socket.js";
import { Backoff } from "../../../static/js/lib/backoff.js";

test("waits double up to the cap", () => {
  const backoff = new Backoff({ base: 500, cap: 30_000, random: () => 1 });
  const waits = Array.from({ length: 8 }, () => backoff.next());
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});

test("jitter takes at most half of a wait away", () => {
  for (const random of [() => 0, Math.random, () => 0.999]) {
    const backoff = new Backoff({ base: 1000, cap: 1000, random });
    const wait = backoff.next();
    assert.ok(wait >= 500 && wait <= 1000, `${wait}`);
  }
});

test("a reset starts over", () => {
  const backoff = new Backoff({ base: 500, random: () => 1 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.attempt, 0);
  assert.equal(backoff.next(), 500);
});

test("ended access is never retried", () => {
  assert.equal(waitAfter(4401, new Backoff()), null);
});

test("close code 4429 waits at least five seconds", () => {
  assert.ok(waitAfter(4429, new Backoff({ random: () => 0 })) >= 5_000);
});

test("a restarting server is retried soon, with jitter", () => {
  const waits = Array.from({ length: 50 }, () => waitAfter(1012, new Backoff()));
  assert.ok(waits.every((wait) => wait >= 300 && wait <= 2_000));
  assert.ok(new Set(waits.map(Math.round)).size > 10);
});

test("any other close waits for the back-off", () => {
  assert.equal(waitAfter(1006, new Backoff({ random: () => 1 })), 500);
});
