import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../../../static/js/products/photo_rules.js";

const file = (name, type, size = 1000) => ({ name, type, size });

test("photos of the three kinds pass", () => {
  const files = [file("a.jpg", "image/jpeg"), file("b.png", "image/png"), file("c.webp", "image/webp")];
  assert.equal(refusal(files, 3), "");
  assert.equal(refusal([], 0), "");
});

test("only the first problem is shown", () => {
  assert.match(refusal([file("a.gif", "image/gif")], 8), /“a.gif” isn’t/);
  assert.match(refusal([file("a.jpg", "image/jpeg", 13 * 1024 * 1024)], 8), /“a.jpg” is larger/);
  assert.match(refusal([file("a.jpg", "image/jpeg"), file("b.jpg", "image/jpeg")], 1), /room for 1 more/);
});
