/** Webhooks on a server of one's own: whether a delivery is the marketplace's (Standard Webhooks, by WebCrypto). */
import { fromBase64 } from "./storage.js";

/** Deliveries that are older or newer, in seconds, are refused: they may be replayed. */
const TOLERANCE = 5 * 60;

/** `body`: as it arrived, before it is parsed. `secret`: `whsec_…`. */
export async function isAuthentic(secret: string, headers: Headers, body: string, now = Date.now()): Promise<boolean> {
  const [id, timestamp] = [headers.get("webhook-id"), headers.get("webhook-timestamp")];
  if (!id || !timestamp || Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE === false) return false;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const raw = fromBase64(secret.replace(/^whsec_/, ""));
  const key = await crypto.subtle.importKey("raw", raw, hmac, false, ["verify"]);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  // While a secret is rotated there are two.
  for (const signature of (headers.get("webhook-signature") ?? "").split(" ")) {
    const [version, text] = signature.split(",");
    if (version !== "v1" || !text) continue;
    if (await crypto.subtle.verify("HMAC", key, fromBase64(text), signed)) return true;
  }
  return false;
}
