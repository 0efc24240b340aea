// Requests: what is sent again, what isn't, and what a refusal looks like.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HaggleClient, HaggleProblem, personalToken } from "../dist/index.js";
import { FakeServer, problem } from "./support.mjs";

const start = async (test, options) => {
  const server = await FakeServer.start(test);
  return { server, client: new HaggleClient(server.origin, { maxWait: 20, ...options }) };
};

test("a refusal is an error with its code, its request and its parts", async (test) => {
  const { server, client } = await start(test);
  const errors = [{ pointer: "/title", code: "invalid", message: "Too long." }];
  server.answers = [[422, { code: "invalid", detail: "Too long.", request_id: "r1", errors }]];
  const made = { title: "x", price: { amount_minor: 1, currency: "EUR" }, category: "home", condition: "good", place: "Lisbon" };
  const error = await client.call("post", "/products", { body: made }).catch((error) => error);
  assert.ok(error instanceof HaggleProblem);
  assert.deepEqual([error.status, error.code, error.requestId, error.errors], [422, "invalid", "r1", errors]);
  assert.equal(server.requests.length, 1);
});

test("what isn't problem details is a problem all the same", async (test) => {
  const { server, client } = await start(test, { attempts: 1 });
  server.answers = [[502, undefined]];
  await assert.rejects(client.call("get", "/me", {}), { status: 502, code: "unexplained" });
});

test("over a limit it waits as long as it is told, and not for longer than it may", async (test) => {
  const { server, client } = await start(test);
  server.answers = [problem(429, "too_many", { "retry-after": "0" }), [200, { id: "1" }]];
  assert.equal((await client.call("get", "/me", {})).id, "1");
  server.answers = [problem(429, "too_many", { "retry-after": "7" })];
  await assert.rejects(client.call("get", "/me", {}), { retryAfter: 7 });
});

test("a product whose answer was lost is made once: the key stays the same", async (test) => {
  const { server, client } = await start(test);
  server.answers = [null, [201, { id: "7" }]];
  assert.equal((await client.call("post", "/products", { body: {} })).id, "7");
  const [first, second] = server.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.match(first, /^[0-9a-f-]{36}$/);
  assert.equal(first, second);
});

test("what can't be told apart from a repetition isn't repeated", async (test) => {
  const { server, client } = await start(test);
  server.answers = [null];
  await assert.rejects(client.call("post", "/products/{id}/sell", { path: { id: "7" } }));
  assert.equal(server.requests.length, 1);
});

test("it gives up after so many attempts", async (test) => {
  const { server, client } = await start(test, { attempts: 3 });
  server.answers = [null, problem(503, "unavailable"), problem(503, "unavailable")];
  await assert.rejects(client.call("get", "/me", {}), { code: "unavailable" });
  assert.equal(server.requests.length, 3);
});

test("a refused token is renewed once", async (test) => {
  let renewed = 0;
  const tokens = { token: async () => "old", renew: async () => `new${(renewed += 1)}` };
  const { server, client } = await start(test, { tokens });
  server.answers = [problem(401, "invalid_token"), [200, { id: "1" }]];
  await client.call("get", "/me", {});
  assert.deepEqual(server.requests.map(({ headers }) => headers.authorization), ["Bearer old", "Bearer new1"]);
  server.answers = [problem(401, "invalid_token"), problem(401, "invalid_token")];
  await assert.rejects(client.call("get", "/me", {}), { status: 401 });
  assert.equal(renewed, 2);
});

test("a list is read page after page, and places are escaped", async (test) => {
  const { server, client } = await start(test, { tokens: personalToken("t") });
  server.answers = [[200, { data: [{ id: "1" }, { id: "2" }], next: "a b" }], [200, { data: [{ id: "3" }], next: null }]];
  const found = [];
  for await (const product of client.each("/sellers/{id}/products", { path: { id: "4/5" }, query: { limit: 2 } })) {
    found.push(product.id);
  }
  assert.deepEqual(found, ["1", "2", "3"]);
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ["/api/v1/sellers/4%2F5/products?limit=2", "/api/v1/sellers/4%2F5/products?limit=2&cursor=a+b"],
  );
});
