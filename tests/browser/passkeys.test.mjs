// Passkeys with Chromium's own virtual authenticator: one is added, signs in alone, by itself where the address is typed, and
// after the password, and is removed.

import assert from "node:assert/strict";
import { PASSWORD } from "./support.mjs";

export default async function (market) {
  // Browsers have passkeys for names only.
  const baseURL = market.origin.replace("127.0.0.1", "localhost");
  await market.kill();
  await market.start({ HAGGLE_PUBLIC_URL: baseURL });
  const ana = await market.newBuyer("Ana", { baseURL });
  await giveDevice(ana);

  await ana.page.goto("/account/second-factor");
  await ana.axe();
  await ana.page.fill("#passkey_name", "Ana’s laptop");
  await ana.page.getByRole("button", { name: "Add a passkey" }).click();
  await ana.page.locator(".recovery-codes li").first().waitFor();
  await ana.page.goto("/account/second-factor");
  assert.match(await ana.page.textContent("#passkeys .session-line"), /Ana’s laptop[^]*not used yet/);
  await ana.axe();

  // Chosen where the address is typed: nobody presses anything.
  await signOut(ana);
  await ana.page.goto("/login?next=/notices");
  await ana.page.waitForURL("/notices");

  // By the button. Whoever sits before this device touches it at once, so from here on nothing is offered.
  await ana.page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  await signOut(ana);
  await ana.page.goto("/login?next=/messages");
  await ana.axe();
  await ana.page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await ana.page.waitForURL("/messages");

  // After the password.
  await signOut(ana);
  await ana.page.goto("/login");
  await ana.page.fill("#email", ana.email);
  await ana.page.fill("#password", PASSWORD);
  await ana.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await ana.page.waitForURL("/login/code");
  await ana.axe();
  await ana.page.getByRole("button", { name: "Use your passkey" }).click();
  await ana.page.waitForURL("/");

  await ana.page.goto("/account/second-factor");
  await ana.page.getByRole("button", { name: "Remove Ana’s laptop" }).click();
  await ana.page.getByText("signs nobody in any more").waitFor();
  await signOut(ana);
  ana.expect(/status of 422/);
  await ana.page.goto("/login");
  await ana.page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await ana.page.getByText("That passkey isn't known here").waitFor();

  const bo = await market.newPerson("Bo", { baseURL, javaScriptEnabled: false });
  await bo.page.goto("/login");
  assert.equal(await bo.page.getByRole("button", { name: "Sign in with a passkey" }).isVisible(), false);
}

const signOut = (person) => person.context.clearCookies();

/** A device with a fingerprint reader, and somebody before it who touches it whenever it asks. */
async function giveDevice(person) {
  const cdp = await person.context.newCDPSession(person.page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
}
