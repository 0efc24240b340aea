// Deliveries are checked as Standard Webhooks says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isAuthentic } from "../dist/index.js";

// The example of the standard's own libraries.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"test": 2432232314}';
const AT = 1_614_265_330;
const delivered = (changes = {}) =>
  new Headers({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": String(AT),
    "webhook-signature": "v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ...changes,
  });
const check = (headers, body = BODY, now = AT * 1000) => isAuthentic(SECRET, headers, body, now);

test("a delivery of the marketplace's is known", async () => {
  assert.equal(await check(delivered()), true);
});

test("nothing else is", async () => {
  assert.equal(await check(delivered(), `${BODY} `), false);
  assert.equal(await check(delivered({ "webhook-id": "msg_other" })), false);
  assert.equal(await check(delivered({ "webhook-signature": "v1a,AAAA" })), false);
  assert.equal(await check(delivered({ "webhook-signature": "" })), false);
  assert.equal(await check(new Headers()), false);
});

test("an old one isn't taken again", async () => {
  assert.equal(await check(delivered(), BODY, (AT + 301) * 1000), false);
  assert.equal(await check(delivered({ "webhook-timestamp": "soon" })), false);
});
