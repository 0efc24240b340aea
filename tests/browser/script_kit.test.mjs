// The test kit itself: console errors, policy violations and axe findings fail a test.

import assert from "node:assert/strict";
import { eventually } from "./chat_page.mjs";

export default async function (market) {
  const ana = await market.newPerson("Ana");
  await ana.page.goto("/login");
  await ana.axe();
  market.checkComplaints();

  await ana.page.locator("h1").evaluate((title) => title.append(document.createElement("img")));
  await assert.rejects(ana.axe(), /image-alt/);

  await ana.page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'inline'";
    document.body.append(script);
    document.body.setAttribute("style", "color: red");
    setTimeout(() => {
      throw new Error("thrown by a page");
    });
  });
  assert.notEqual(await ana.page.title(), "inline");
  for (const sign of [/script-src/, /style-src/, /thrown by a page/]) {
    await eventually(String(sign), () => ana.complaints.some((text) => sign.test(text)));
    ana.expect(sign);
  }
}
