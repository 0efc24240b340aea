// The program is killed in the middle of a conversation and started again: nothing is lost, nothing
// is there twice, and nobody has to do anything for it.

import { AWAY, Talk, eventually, pair, roomOf } from "./talk.mjs";

export default async function (market) {
  const { seller, buyer, hers, his } = await pair(market);
  seller.expect(AWAY);
  buyer.expect(AWAY);
  await hers.say("Is it still there?");
  await hers.shows("Is it still there?");
  await seller.page.goto(`/rooms/${await roomOf(buyer.page)}`);
  await his.live();

  // On their way at this moment: stored or not, the windows can't know.
  await hers.say("one", "two", "three");
  await market.kill();

  await hers.say("four");
  await his.say("yes");
  await eventually("the loss is shown", () => hers.connection());
  await market.start();

  const heard = async (talk) => (await talk.entries()).every(({ state }) => state === "stored");
  await eventually("all of hers stored", () => heard(hers), 40_000);
  await eventually("all of his stored", () => heard(his), 40_000);
  const bodies = ["Is it still there?", "one", "two", "three", "four", "yes"];
  await eventually("both see all six", async () => {
    const counts = [(await hers.entries()).length, (await his.entries()).length];
    return counts.every((count) => count >= bodies.length);
  });
  const order = (await hers.entries()).map(({ body }) => body);
  if ([...order].sort().join() !== [...bodies].sort().join()) throw new Error(`${order}`);
  if (order.filter((body) => body !== "yes").join() !== bodies.slice(0, 5).join()) throw new Error(`${order}`);
  await his.shows(...order);

  // The same from the rows alone, and live again.
  await buyer.page.reload();
  await hers.shows(...order);
  await his.say("Come at six.");
  await hers.shows(...order, "Come at six.");
}
