import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Outbox } from "../../../static/js/chat/compose/outbox.js";
import { sendLeftovers } from "../../../static/js/chat/compose/send_leftovers.js";
import { FakeStorage } from "../fake_storage.mjs";

const MINE = { buyer: "1", seller: "7" };

/** A server that answers every post with this status and JSON; what was posted. */
function server(status, json = {}) {
  const posted = [];
  mock.method(globalThis, "fetch", async (url, { body }) => {
    posted.push(`${url} ${body.get("body")}`);
    return { ok: status === 200, status, json: async () => json };
  });
  return posted;
}

test.afterEach(() => mock.restoreAll());

test("leftovers of one's own rooms are sent in order", async () => {
  const store = new FakeStorage();
  for (const owner of ["buyer_1_seller_2:buyer", "buyer_3_seller_7:seller", "buyer_1_seller_2:seller", "buyer_3_seller_7:buyer", "buyer_1_seller_9:buyer"]) {
    const outbox = new Outbox(store, owner);
    outbox.put(`${owner} one`);
    outbox.put(`${owner} two`);
  }
  const posted = server(200);
  await sendLeftovers(store, MINE, "buyer_1_seller_9");
  assert.deepEqual(posted, [
    "/rooms/buyer_1_seller_2/messages buyer_1_seller_2:buyer one",
    "/rooms/buyer_1_seller_2/messages buyer_1_seller_2:buyer two",
    "/rooms/buyer_3_seller_7/messages buyer_3_seller_7:seller one",
    "/rooms/buyer_3_seller_7/messages buyer_3_seller_7:seller two",
  ]);
  assert.equal(store.length, 6, "the rest waits for whose it is");
  await sendLeftovers(store, MINE, "buyer_1_seller_9");
  assert.equal(posted.length, 4, "once");
});

test("rejected leftovers wait in their room, retryable ones for later", async () => {
  for (const [status, code, due, asked] of [[422, "blocked", 0, 2], [429, "rate_limited", 2, 1], [404, "", 2, 1]]) {
    const store = new FakeStorage();
    const outbox = new Outbox(store, "buyer_1_seller_2:buyer");
    outbox.put("one");
    outbox.put("two");
    const posted = server(status, { code });
    await sendLeftovers(store, MINE);
    const left = new Outbox(store, "buyer_1_seller_2:buyer");
    assert.deepEqual([left.all.length, left.due.length, posted.length], [2, due, asked], code);
    mock.restoreAll();
  }
});
