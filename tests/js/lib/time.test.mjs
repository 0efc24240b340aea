import assert from "node:assert/strict";
import { test } from "node:test";
import { clockText, dayText, listText } from "../../../static/js/lib/time.js";

const now = new Date(2026, 0, 31, 15, 30);
const at = (...parts) => new Date(...parts);
const plain = (text) => text.replace(/\s/g, " ");

test("a bubble has the clock of the reader's region", () => {
  assert.equal(clockText(at(2026, 0, 31, 9, 5), "en-GB"), "09:05");
  assert.equal(plain(clockText(at(2026, 0, 31, 14, 5), "en-US")), "2:05 PM");
});

test("near days have names", () => {
  const cases = [
    [at(2026, 0, 31, 0, 1), "Today"],
    [at(2026, 0, 30, 23, 59), "Yesterday"],
    [at(2026, 0, 27, 12), "Tuesday"],
    [at(2026, 0, 24, 12), "24 January"],
    [at(2025, 11, 31, 12), "31 December 2025"],
  ];
  for (const [date, text] of cases) assert.equal(dayText(date, now, "en-GB"), text);
});

test("lists say how long ago", () => {
  const cases = [
    [at(2026, 0, 31, 15, 29, 40), "now"],
    [at(2026, 0, 31, 15, 25), "5 min ago"],
    [at(2026, 0, 31, 9, 5), "6 hr ago"],
    [at(2026, 0, 30, 23, 59), "Yesterday"],
    [at(2024, 1, 3), "3 February 2024"],
    [at(2026, 0, 31, 15, 32), "now", "a clock that is a little behind"],
    [at(2026, 0, 31, 23, 0), "Today", "to come"],
    [at(2026, 4, 1), "1 May", "to come"],
  ];
  for (const [date, text] of cases) {
    assert.equal(listText(date, now, "en-GB").replace(/(min|hr)\./, "$1"), text);
  }
});
