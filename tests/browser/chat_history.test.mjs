// Infinite scroll upwards without a jump; new messages are counted on a button meanwhile.

import assert from "node:assert/strict";
import { eventually, fill, pair, readAll, roomOf } from "./chat_page.mjs";

const COUNT = 130;

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market, { viewport: { width: 1000, height: 700 } });
  await hers.send("first");
  await hers.shows("first");
  const room = await roomOf(buyer.page);
  await fill(room, COUNT, [seller, buyer]);

  await readAll(room, seller);
  await seller.page.goto(`/rooms/${room}`);
  await his.live();
  assert.equal((await his.scroll()).fromEnd, 0, "a conversation opens at its end");
  assert.equal((await his.entries()).length, 50);

  await upToTheTop(seller.page);
  const seqs = (await his.entries()).map(({ seq }) => seq);
  assert.deepEqual(seqs, Array.from({ length: COUNT }, (_, index) => index + 1));

  // Somebody who reads up there isn't moved by news, but told.
  const before = await his.scroll();
  const [button, end] = ["New messages", "To the newest messages"].map((name) => seller.page.getByRole("button", { name }));
  await end.waitFor();
  await readAll(room, buyer);
  await buyer.page.goto(`/rooms/${room}`);
  await hers.live();
  await hers.send("news");
  await button.waitFor();
  assert.equal(await button.textContent(), "1");
  assert.equal((await his.scroll()).top, before.top);
  await button.click();
  await eventually("at the end", async () => (await his.scroll()).fromEnd === 0);
  await button.waitFor({ state: "hidden" });
  assert.equal(await end.isVisible(), false);

  // Somebody at the end stays at the end.
  await hers.send("more news");
  await his.receives("more news");
  assert.equal((await his.scroll()).fromEnd, 0);
  await button.waitFor({ state: "hidden" });
}

/** Scrolls up step by step; after each, what was in view has moved by the step and no more. */
async function upToTheTop(page) {
  const older = page.locator("[data-older]");
  for (let step = 0; step < 400 && (await older.count()) > 0; step += 1) {
    const moved = await page.evaluate(async () => {
      const box = document.querySelector("[data-scroll]");
      const top = box.getBoundingClientRect().top;
      box.scrollTop -= 150;
      const mark = [...box.querySelectorAll("[data-seq]")].find((entry) => entry.getBoundingClientRect().top >= top);
      const before = mark.getBoundingClientRect().top;
      await new Promise((resolve) => setTimeout(resolve, 60));
      return Math.abs(mark.getBoundingClientRect().top - before);
    });
    assert.ok(moved <= 2, `what was read moved by ${moved} px`);
  }
  assert.equal(await older.count(), 0);
}
