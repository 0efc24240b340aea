import assert from "node:assert/strict";
import { test } from "node:test";
import { Sequence } from "../../../static/js/chat/timeline/reorder_buffer.js";

const entry = (seq) => ({ seq, from: "buyer", client_id: `id-${seq}`, html: "" });
const seqs = (entries) => entries.map(({ seq }) => seq);

test("entries in order are shown at once", () => {
  const sequence = new Sequence(41);
  assert.deepEqual(seqs(sequence.take(entry(42))), [42]);
  assert.deepEqual(seqs(sequence.take(entry(43))), [43]);
  assert.equal(sequence.last, 43);
  assert.equal(sequence.holed, false);
});

test("an entry is handed out once, however often it comes", () => {
  const sequence = new Sequence(41);
  sequence.take(entry(42));
  assert.deepEqual(sequence.take(entry(42)), []);
  assert.deepEqual(sequence.take(entry(7)), []);
  assert.deepEqual(sequence.fill([entry(42)]), []);
});

test("what comes after a hole waits until the hole is filled", () => {
  const sequence = new Sequence(1);
  assert.deepEqual(sequence.take(entry(4)), []);
  assert.deepEqual(sequence.take(entry(3)), []);
  assert.equal(sequence.holed, true);
  assert.deepEqual(seqs(sequence.take(entry(2))), [2, 3, 4]);
  assert.equal(sequence.holed, false);
});

test("history fills a hole, and the held entries follow it", () => {
  const sequence = new Sequence(1);
  sequence.take(entry(5));
  assert.deepEqual(seqs(sequence.fill([entry(2), entry(3), entry(4)])), [2, 3, 4, 5]);
  assert.equal(sequence.holed, false);
});

test("history that overlaps what is held shows each entry once", () => {
  const sequence = new Sequence(1);
  sequence.take(entry(3));
  assert.deepEqual(seqs(sequence.fill([entry(2), entry(3), entry(4)])), [2, 3, 4]);
  assert.equal(sequence.holed, false);
});

test("half a history leaves the rest held", () => {
  const sequence = new Sequence(1);
  sequence.take(entry(9));
  assert.deepEqual(seqs(sequence.fill([entry(2), entry(3)])), [2, 3]);
  assert.equal(sequence.holed, true);
});

test("any order of arrival gives the one order", () => {
  for (let round = 0; round < 200; round += 1) {
    const arriving = Array.from({ length: 12 }, (_, index) => entry(index + 1));
    arriving.push(...arriving.slice(0, 5));
    arriving.sort(() => Math.random() - 0.5);
    const sequence = new Sequence(0);
    const shown = arriving.flatMap((one) => sequence.take(one));
    assert.deepEqual(seqs(shown), Array.from({ length: 12 }, (_, index) => index + 1));
  }
});
