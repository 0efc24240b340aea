/*
 * Background sync of the outbox: what was written while there was no connection is sent when there is one, also after its
 * page was closed. Each message keeps the `client_id` that its page gave it, so that the page, another tab and this worker
 * may all send it: it is stored once. Nothing is sent in the name of somebody else than its writer.
 */

const OUTBOX_SYNC = "outbox";
const RESEND_WITHIN_MS = 24 * 60 * 60 * 1000;

/** Rejected if something is left that is worth another try; the browser tries again then. */
async function sendOutbox() {
  const account = await keptAccount();
  const rows = (await allStored("outbox")).sort((one, other) => one.at - other.at);
  for (const row of rows) {
    const isDue = row.account === account && row.at > Date.now() - RESEND_WITHIN_MS;
    if (isDue && (await sendRow(row)) === "later") throw new Error("not yet");
    await removeStored("outbox", row.client_id);
  }
}

/** @returns {Promise<"done" | "later">} what is refused is shown by its page, which has it as well */
async function sendRow({ room, client_id, body, product_id, account }) {
  const form = new URLSearchParams({ body, client_id });
  if (product_id) form.set("product_id", String(product_id));
  const headers = { Accept: "application/json", "Haggle-Account": account };
  const answer = await fetch(`/rooms/${room}/messages`, { method: "POST", body: form, headers, redirect: "error" }).catch(() => null);
  if (answer?.status === 401) await forget();
  return !answer || answer.status >= 500 || answer.status === 429 ? "later" : "done";
}
