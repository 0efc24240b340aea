/** Web push and UnifiedPush on a device: keys, registration, and what comes, decrypted (RFC 8291, by WebCrypto). */
import type { HaggleClient } from "./client.js";
import { base64url, fromBase64, type Storage } from "./storage.js";
import type { components } from "./schema.js";

/** What is pushed. */
export type PushMessage = components["schemas"]["PushMessage"];

interface StoredKeys {
  key: JsonWebKey;
  /** Uncompressed, as a subscription names it. */
  point: string;
  auth: string;
}

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const utf8 = new TextEncoder();

export class PushReceiver {
  readonly #key: CryptoKey;
  readonly #point: Uint8Array<ArrayBuffer>;
  readonly #auth: Uint8Array<ArrayBuffer>;

  private constructor(key: CryptoKey, point: Uint8Array<ArrayBuffer>, auth: Uint8Array<ArrayBuffer>) {
    this.#key = key;
    this.#point = point;
    this.#auth = auth;
  }

  /** With the keys that are stored, or new ones. */
  static async open(storage: Storage): Promise<PushReceiver> {
    let text = await storage.get("haggle:push");
    if (text === null) {
      const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
      const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
      const auth = base64url(crypto.getRandomValues(new Uint8Array(16)));
      const key = await crypto.subtle.exportKey("jwk", pair.privateKey);
      text = JSON.stringify({ key, point: base64url(point), auth } satisfies StoredKeys);
      await storage.set("haggle:push", text);
    }
    const { key, point, auth }: StoredKeys = JSON.parse(text);
    const own = await crypto.subtle.importKey("jwk", key, CURVE, false, ["deriveBits"]);
    return new PushReceiver(own, fromBase64(point), fromBase64(auth));
  }

  /** `endpoint`: what the distributor gave; `device`: a name of one's own. It ends with the session. */
  async register(client: HaggleClient, device: string, endpoint: string): Promise<void> {
    const body = {
      kind: "unifiedpush" as const,
      endpoint,
      p256dh: base64url(this.#point),
      auth: base64url(this.#auth),
    };
    await client.call("put", "/me/push/{device}", { path: { device }, body });
  }

  /** The body of a push, as it arrived. Rejected for what wasn't made for these keys. */
  async decrypt(body: Uint8Array<ArrayBuffer>): Promise<PushMessage> {
    return JSON.parse(new TextDecoder().decode(await this.open(body)));
  }

  /** RFC 8188: salt (16), record size (4), length of the sender's key (1), the key, one record. */
  async open(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const salt = body.subarray(0, 16);
    const end = 21 + (body[20] ?? 0);
    const point = body.subarray(21, end);
    const sender = await crypto.subtle.importKey("raw", point, CURVE, false, []);
    const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: sender }, this.#key, 256);
    const info = new Uint8Array([...utf8.encode("WebPush: info\0"), ...this.#point, ...point]);
    const input = await expand(secret, this.#auth, info, 32);
    const key = await expand(input, salt, utf8.encode("Content-Encoding: aes128gcm\0"), 16);
    const iv = await expand(input, salt, utf8.encode("Content-Encoding: nonce\0"), 12);
    const cipher = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const padded = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, cipher, body.subarray(end)));
    const delimiter = padded.findLastIndex((byte) => byte !== 0);
    if (padded[delimiter] !== 2) throw new Error("not the last record of a push");
    return padded.subarray(0, delimiter);
  }
}

async function expand(secret: ArrayBuffer, salt: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer>, bytes: number) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, bytes * 8);
}
