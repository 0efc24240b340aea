import assert from "node:assert/strict";
import { test } from "node:test";
import { clean, length } from "../../../static/js/chat/compose/message_body.js";
import { parse } from "../../../static/js/chat/transport/frames.js";

test("a body is cleaned as on the server", () => {
  assert.equal(clean("  a\r\nb \n"), "a\nb");
  assert.equal(clean("\u0085\u2003hello\u3000"), "hello");
  assert.equal(clean("\uFEFFhello"), "\uFEFFhello", "not white space in Unicode");
  assert.equal(clean("a\0b"), "ab");
  assert.equal(clean("a\uD83Db"), "a\uFFFDb", "half a character can't travel");
  assert.equal(clean("\u{1F697}"), "\u{1F697}");
  assert.equal(clean(" \n\t "), "");
});

test("length is in characters, not in UTF-16 units", () => {
  assert.equal(length("abc"), 3);
  assert.equal(length("\u{1F697}".repeat(4000)), 4000);
});

test("what isn't a frame is ignored", () => {
  for (const data of ["", "{", "null", "1", "[]", '{"type":1}', new ArrayBuffer(2), undefined]) {
    assert.equal(parse(data), null);
  }
  assert.deepEqual(parse('{"type":"moon","phase":3}'), { type: "moon", phase: 3 });
});
