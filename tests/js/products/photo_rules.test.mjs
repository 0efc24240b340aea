import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../../../static/js/products/photo_rules.js";

const file = (name, type, size = 1000) => ({ name, type, size });

test("photos of the kinds we take pass", () => {
  const files = [file("a.jpg", "image/jpeg"), file("b.png", "image/png"), file("c.webp", "image/webp")];
  files.push(file("d.gif", "image/gif"));
  assert.equal(refusal(files, 4), "");
  assert.equal(refusal([], 0), "");
});

test("only the first problem is shown", () => {
  assert.match(refusal([file("a.bmp", "image/bmp")], 8), /“a.bmp” isn’t/);
  assert.match(refusal([file("a.jpg", "image/jpeg", 13 * 1024 * 1024)], 8), /“a.jpg” is larger/);
  assert.match(refusal([file("a.jpg", "image/jpeg"), file("b.jpg", "image/jpeg")], 1), /room for 1 more/);
});

test("what can't be read is called by its name", () => {
  assert.match(refusal([file("a.jpg", "image/jpeg", 0)], 8), /“a.jpg” is an empty file/);
  assert.match(refusal([file("IMG_1.HEIC", "")], 8), /“IMG_1.HEIC” is a HEIC/);
  assert.match(refusal([file("a", "image/heif")], 8), /“a” is a HEIC/);
});
