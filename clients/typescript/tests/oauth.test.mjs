// The code flow with PKCE, and refresh: once at a time.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { MemoryStorage, OAuthSession } from "../dist/index.js";
import { FakeServer } from "./support.mjs";

const REDIRECT = "http://127.0.0.1:1/signed-in";

async function start(test) {
  const server = await FakeServer.start(test);
  const storage = new MemoryStorage();
  const at = (path) => `${server.origin}${path}`;
  const metadata = {
    issuer: server.origin,
    authorization_endpoint: at("/oauth/authorize"),
    token_endpoint: at("/oauth/token"),
    revocation_endpoint: at("/oauth/revoke"),
  };
  server.answers.push([200, metadata]);
  return { server, storage, session: new OAuthSession(server.origin, { storage }) };
}

const tokens = (n, expires_in = 3600) => [
  200,
  { access_token: `at${n}`, refresh_token: `rt${n}`, expires_in, scope: "profile", token_type: "Bearer" },
];

/** As the browser comes back. */
const back = (address, more = { code: "c" }) =>
  `${REDIRECT}?${new URLSearchParams({ state: new URL(address).searchParams.get("state"), ...more })}`;

async function signIn({ server, session }, answer = tokens(1)) {
  const address = await session.begin(REDIRECT, ["profile"]);
  server.answers.push(answer);
  await session.finish(back(address));
  return new URL(address).searchParams;
}

const form = ({ body }) => Object.fromEntries(new URLSearchParams(body));

test("it signs in with PKCE, and keeps the tokens over a restart", async (test) => {
  const market = await start(test);
  const asked = await signIn(market);
  const sent = form(market.server.requests.at(-1));
  assert.equal(asked.get("code_challenge_method"), "S256");
  assert.equal(asked.get("code_challenge"), createHash("sha256").update(sent.code_verifier).digest("base64url"));
  assert.deepEqual([sent.grant_type, sent.code, sent.redirect_uri], ["authorization_code", "c", REDIRECT]);
  const again = new OAuthSession(market.server.origin, { storage: market.storage });
  assert.equal(await again.token(), "at1");
});

test("an answer of somebody else's is refused, and ours is taken afterwards", async (test) => {
  const { server, session } = await start(test);
  const address = await session.begin(REDIRECT, ["profile"]);
  await assert.rejects(session.finish(`${REDIRECT}?code=c&state=theirs`), { code: "invalid_state" });
  await assert.rejects(session.finish(back(address, { code: "c", iss: "http://elsewhere" })), { code: "invalid_issuer" });
  server.answers.push(tokens(1));
  await session.finish(back(address));
  await assert.rejects(session.finish(back(address)), { code: "invalid_state" });
});

test("no is an answer", async (test) => {
  const { session } = await start(test);
  const address = await session.begin(REDIRECT, ["profile"]);
  await assert.rejects(session.finish(back(address, { error: "access_denied" })), { code: "access_denied" });
});

test("however many ask, it refreshes once", async (test) => {
  const market = await start(test);
  await signIn(market, tokens(1, 0));
  market.server.answers.push(tokens(2));
  const given = await Promise.all([1, 2, 3, 4].map(() => market.session.token()));
  assert.deepEqual(given, ["at2", "at2", "at2", "at2"]);
  assert.equal(await market.session.renew("at1"), "at2", "somebody was faster");
  market.server.answers.push(tokens(3));
  assert.deepEqual(await Promise.all([market.session.renew("at2"), market.session.renew("at2")]), ["at3", "at3"]);
  const refreshed = market.server.requests.map(form).filter(({ grant_type }) => grant_type === "refresh_token");
  assert.deepEqual(refreshed.map(({ refresh_token }) => refresh_token), ["rt1", "rt2"]);
});

test("a server that can't be reached ends nothing, one that refuses does", async (test) => {
  const market = await start(test);
  await signIn(market);
  market.server.answers.push([503, { error: "temporarily_unavailable" }], null, [400, { error: "invalid_grant" }]);
  await assert.rejects(market.session.renew("at1"), { code: "temporarily_unavailable" });
  await assert.rejects(market.session.renew("at1"), TypeError);
  assert.equal(await market.session.renew("at1"), null);
  await assert.rejects(market.session.token(), { code: "signed_out" });
});

test("signing out revokes, and here it is over either way", async (test) => {
  const market = await start(test);
  await signIn(market);
  market.server.answers.push(null);
  await assert.rejects(market.session.signOut());
  assert.equal(form(market.server.requests.at(-1)).token, "rt1");
  await assert.rejects(market.session.token(), { code: "signed_out" });
});
