// An app signs somebody in by the system browser, with an OAuth client library that nobody here wrote (oauth4webapi): discovery,
// PKCE, our own sign-in with a second factor, the question, a loopback redirect, tokens, refresh, revocation.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import * as oauth from "oauth4webapi";
import { PASSWORD } from "./support.mjs";

const client = { client_id: "haggle-app", token_endpoint_auth_method: "none" };
// The marketplace under test has no https.
const insecure = { [oauth.allowInsecureRequests]: true };

export default async function (market) {
  await market.kill();
  await market.start({ HAGGLE_APP_REDIRECTS: "http://127.0.0.1/signed-in,org.example.app:/signed-in" });
  const app = await App.start(market.origin);

  // Somebody who isn't signed in, without a second factor.
  const ana = await market.newBuyer("Ana");
  await ana.context.clearCookies();
  await ana.page.goto(await app.address());
  await signIn(ana);
  await ana.page.getByRole("heading", { name: "Allow Haggle’s app?" }).waitFor();
  await ana.axe();
  await ana.page.getByRole("button", { name: "Allow" }).click();
  await ana.page.getByText("Back in the app").waitFor();
  let tokens = await app.exchange();
  assert.equal(tokens.scope, "profile chat:read");
  const first = tokens;
  tokens = await app.refresh(tokens);
  assert.notEqual(tokens.access_token, first.access_token);

  // It is among the sessions until the app signs out.
  await ana.page.goto("/account/sessions");
  const line = ana.page.locator(".session-line", { hasText: "App" });
  assert.match(await line.textContent(), /Read your conversations/);
  await ana.axe();
  await app.revoke(tokens);
  await ana.page.reload();
  assert.equal(await line.count(), 0);
  await assert.rejects(app.refresh(tokens), { error: "invalid_grant" });

  // Signed in already: one click; and no is an answer too.
  await ana.page.goto(await app.address());
  await ana.page.getByRole("button", { name: "Cancel" }).click();
  await ana.page.getByText("Back in the app").waitFor();
  await assert.rejects(app.exchange(), { error: "access_denied" });

  // An app on the same device, by its scheme: the browser hands the address over, and this page stays.
  const handedOver = ana.page.waitForEvent("request", (request) => request.url().startsWith("org.example.app:"));
  await ana.page.goto(await app.address("org.example.app:/signed-in"));
  await ana.page.getByRole("button", { name: "Allow" }).click();
  assert.match((await handedOver).url(), /^org\.example\.app:\/signed-in\?code=/);

  // With a second factor, which the app knows nothing of.
  const bo = await market.newBuyer("Bo");
  const code = await bo.setUpSecondFactor();
  await bo.context.clearCookies();
  await bo.page.goto(await app.address());
  await signIn(bo);
  await bo.page.waitForURL("/login/code");
  await bo.page.fill("#code", code);
  await bo.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await bo.page.getByRole("button", { name: "Allow" }).click();
  await bo.page.getByText("Back in the app").waitFor();
  await app.exchange();

  // Personal tokens, by their page.
  await bo.page.goto("/account/tokens");
  await bo.axe();
  await bo.page.fill("#name", "Backup script");
  await bo.page.getByLabel("Look at products").check();
  await bo.page.getByRole("button", { name: "Make a token" }).click();
  assert.match(await bo.page.textContent("[data-token]"), /^hg_pat_[\w-]{43}$/);
  await bo.axe();
  app.close();
}

async function signIn(person) {
  await person.page.fill("#email", person.email);
  await person.page.fill("#password", PASSWORD);
  await person.page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** A program on somebody's machine, which listens on a port that is free. */
class App {
  static async start(origin) {
    const app = new App();
    const issuer = new URL(origin);
    const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
    app.server = await oauth.processDiscoveryResponse(issuer, found);
    app.listener = createServer((request, answer) => {
      if (request.url.startsWith("/signed-in")) app.callback = new URL(request.url, app.redirect);
      answer.setHeader("content-type", "text/html").end("<link rel=icon href=data:,><p>Back in the app");
    }).listen(0, "127.0.0.1");
    await once(app.listener, "listening");
    app.redirect = `http://127.0.0.1:${app.listener.address().port}/signed-in`;
    return app;
  }

  /** What it opens in the browser. */
  async address(redirect = this.redirect) {
    this.verifier = oauth.generateRandomCodeVerifier();
    this.state = oauth.generateRandomState();
    const address = new URL(this.server.authorization_endpoint);
    const asked = {
      response_type: "code",
      client_id: client.client_id,
      redirect_uri: redirect,
      scope: "profile chat:read",
      state: this.state,
      code_challenge: await oauth.calculatePKCECodeChallenge(this.verifier),
      code_challenge_method: "S256",
    };
    address.search = new URLSearchParams(asked);
    return address.href;
  }

  async exchange() {
    const parameters = oauth.validateAuthResponse(this.server, client, this.callback, this.state);
    const none = oauth.None();
    const answer = await oauth.authorizationCodeGrantRequest(
      this.server,
      client,
      none,
      parameters,
      this.redirect,
      this.verifier,
      insecure,
    );
    return oauth.processAuthorizationCodeResponse(this.server, client, answer);
  }

  async refresh({ refresh_token }) {
    const answer = await oauth.refreshTokenGrantRequest(this.server, client, oauth.None(), refresh_token, insecure);
    return oauth.processRefreshTokenResponse(this.server, client, answer);
  }

  async revoke({ refresh_token }) {
    const answer = await oauth.revocationRequest(this.server, client, oauth.None(), refresh_token, insecure);
    await oauth.processRevocationResponse(answer);
  }

  close() {
    this.listener.close();
    this.listener.closeAllConnections();
  }
}
