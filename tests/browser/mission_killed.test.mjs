// The mission with the program killed in the middle and started again: nothing is lost, nothing is
// there twice, and nobody has to do anything for it.

import assert from "node:assert/strict";
import { mission } from "./mission.mjs";
import { AWAY, eventually } from "./chat_page.mjs";

export default (market) => mission(market, { interrupt: (people) => killed(market, people) });

/** Both go on writing; gives what they said, in the order in which it came to be stored. */
async function killed(market, { seller, buyer, hers, his }) {
  for (const person of [seller, buyer]) person.expect(AWAY);
  await Promise.all([hers.live(), his.live()]);

  // On their way at this moment: stored or not, the windows can't know.
  await hers.send("one", "two", "three");
  await market.kill();
  await hers.send("four");
  await his.send("yes");
  await eventually("the loss is shown", () => hers.connection());
  await market.start();

  for (const chat of [hers, his]) {
    await eventually("all stored, and live again", async () => {
      const entries = await chat.entries();
      const stored = entries.length >= 6 && entries.every(({ state }) => state === "stored");
      return stored && (await chat.connection()) === "";
    }, 60_000);
  }
  const said = (await hers.entries()).map(({ body }) => body).slice(1);
  assert.deepEqual(said.filter((body) => body !== "yes"), ["one", "two", "three", "four"], "in her order, once each");
  assert.equal(said.filter((body) => body === "yes").length, 1);
  return said;
}
