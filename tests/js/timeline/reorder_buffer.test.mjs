import assert from "node:assert/strict";
import { test } from "node:test";
import { ReorderBuffer } from "../../../static/js/chat/timeline/reorder_buffer.js";

const entry = (seq) => ({ seq, from: "buyer", client_id: `id-${seq}`, html: "" });
const seqs = (entries) => entries.map(({ seq }) => seq);

test("entries in order are shown at once", () => {
  const buffer = new ReorderBuffer(41);
  assert.deepEqual(seqs(buffer.push(entry(42))), [42]);
  assert.deepEqual(seqs(buffer.push(entry(43))), [43]);
  assert.equal(buffer.last, 43);
  assert.equal(buffer.hasGap, false);
});

test("a duplicate entry is released once", () => {
  const buffer = new ReorderBuffer(41);
  buffer.push(entry(42));
  assert.deepEqual(buffer.push(entry(42)), []);
  assert.deepEqual(buffer.push(entry(7)), []);
  assert.deepEqual(buffer.fill([entry(42)]), []);
});

test("entries after a gap wait until it is filled", () => {
  const buffer = new ReorderBuffer(1);
  assert.deepEqual(buffer.push(entry(4)), []);
  assert.deepEqual(buffer.push(entry(3)), []);
  assert.equal(buffer.hasGap, true);
  assert.deepEqual(seqs(buffer.push(entry(2))), [2, 3, 4]);
  assert.equal(buffer.hasGap, false);
});

test("history fills a gap and releases the held entries", () => {
  const buffer = new ReorderBuffer(1);
  buffer.push(entry(5));
  assert.deepEqual(seqs(buffer.fill([entry(2), entry(3), entry(4)])), [2, 3, 4, 5]);
  assert.equal(buffer.hasGap, false);
});

test("history overlapping held entries shows each entry once", () => {
  const buffer = new ReorderBuffer(1);
  buffer.push(entry(3));
  assert.deepEqual(seqs(buffer.fill([entry(2), entry(3), entry(4)])), [2, 3, 4]);
  assert.equal(buffer.hasGap, false);
});

test("a partial history leaves later entries held", () => {
  const buffer = new ReorderBuffer(1);
  buffer.push(entry(9));
  assert.deepEqual(seqs(buffer.fill([entry(2), entry(3)])), [2, 3]);
  assert.equal(buffer.hasGap, true);
});

test("any order of arrival gives the same order", () => {
  for (let round = 0; round < 200; round += 1) {
    const arriving = Array.from({ length: 12 }, (_, index) => entry(index + 1));
    arriving.push(...arriving.slice(0, 5));
    arriving.sort(() => Math.random() - 0.5);
    const buffer = new ReorderBuffer(0);
    const shown = arriving.flatMap((one) => buffer.push(one));
    assert.deepEqual(seqs(shown), Array.from({ length: 12 }, (_, index) => index + 1));
  }
});
