// "Back" after signing out shows nothing that was private; while signed in it is at once.

import assert from "node:assert/strict";

export default async function (market) {
  const browser = await market.newBrowser({ keepsPages: true });
  const tomas = await market.newSeller("Tomas", { browser });
  const { page, email } = tomas;
  tomas.expect(/WebSocket connection/); // of a page that is shown by somebody signed out, before it is replaced
  const kept = () => page.evaluate(() => window.kept === true);
  await page.goto("/account"); // is stored nowhere
  await page.goto("/messages");
  await page.evaluate(() => { window.kept = true; });
  await page.goto("/products");
  await page.goBack({ waitUntil: "commit" });
  await page.getByRole("heading", { name: "My Messages" }).waitFor();
  assert.ok(await kept(), "the page is shown as it was left");

  await page.goto("/products");
  await page.getByRole("button", { name: /^Your account/ }).click();
  await page.locator("#account-menu").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).first().waitFor();
  for (let steps = 0; steps < 3; steps += 1) {
    await page.goBack({ waitUntil: "commit" }).catch(() => {});
    await page.waitForLoadState();
    await page.getByRole("link", { name: "Sign in" }).first().waitFor();
    assert.equal(await page.getByText(email).count(), 0, page.url());
    assert.equal(await kept(), false);
  }

  // Signed out elsewhere: the server could clear nothing in this window.
  await page.goto("/login");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.goto("/account");
  await page.goto("/products");
  await page.evaluate(() => localStorage.setItem("haggle:session", ""));
  await page.context().clearCookies();
  await page.goBack({ waitUntil: "commit" }).catch(() => {});
  await page.waitForURL(/\/login/);
}
