/*
 * Whose everything kept here is: one account's, or nobody's.
 *
 * Pages say whose they are (`Haggle-Account`). When that is somebody else, or nobody, everything kept is forgotten before
 * the page is shown. What began before that keeps nothing any more (fencing by `epoch`), and what keeps and what forgets
 * never overlap (`inTurn`). So nothing of one person's is ever shown to another.
 */

/** Counts how often everything was forgotten. */
let epoch = 0;
/** As far as this worker knows since it was started. @type {string | undefined} */
let known;
let turn = Promise.resolve();

/** One after the other. */
function inTurn(work) {
  const result = turn.then(work);
  turn = result.then(() => {}, () => {});
  return result;
}

/** The account that something is kept of; empty for nobody's. */
async function keptAccount() {
  known ??= (await getStored("state", "account").catch(() => "")) ?? "";
  return known;
}

/** A page came that is this account's ("" is nobody's), asked for at `began`. */
async function meetAccount(account, began) {
  if (began !== epoch || account === (await keptAccount())) return;
  await inTurn(async () => {
    if (began !== epoch) return;
    await forgetAll();
    known = account;
    await putStored("state", "account", account).catch(() => (known = ""));
  });
}

/** Pages, what waits to be sent, notifications, the badge. */
async function forgetAll() {
  epoch += 1;
  known = "";
  await self.caches.delete(PAGES);
  await Promise.all(["state", "outbox"].map((name) => clearStored(name).catch(() => {})));
  for (const shown of (await self.registration.getNotifications?.().catch(() => [])) ?? []) shown.close();
  await setBadge(0);
}

/** Somebody signs out, or their session ended elsewhere. */
const forget = () => inTurn(forgetAll);
