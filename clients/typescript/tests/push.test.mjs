// Pushes are decrypted as RFC 8291 says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStorage, PushReceiver } from "../dist/index.js";

// RFC 8291, 5 and appendix A.
const POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const SECRET = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const AUTH = "BTBZMqHH6r4Tts7J_aSIgg";
const PUSHED =
  "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl" +
  "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

async function receiver(auth = AUTH) {
  const bytes = Buffer.from(POINT, "base64url");
  const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)].map((half) => half.toString("base64url"));
  const storage = new MemoryStorage();
  const key = { kty: "EC", crv: "P-256", x, y, d: SECRET };
  await storage.set("haggle:push", JSON.stringify({ key, point: POINT, auth }));
  return PushReceiver.open(storage);
}

const pushed = () => Uint8Array.from(Buffer.from(PUSHED, "base64url"));

test("the standard's own example", async () => {
  const opened = await (await receiver()).open(pushed());
  assert.equal(new TextDecoder().decode(opened), "When I grow up, I want to be a watermelon");
});

test("what was changed on the way, or is for somebody else, is refused", async () => {
  const changed = pushed();
  changed[100] ^= 1;
  await assert.rejects((await receiver()).open(changed));
  await assert.rejects((await receiver("AAAAAAAAAAAAAAAAAAAAAA")).open(pushed()));
  await assert.rejects((await PushReceiver.open(new MemoryStorage())).open(pushed()));
  await assert.rejects((await receiver()).open(new Uint8Array(7)));
});

test("keys are made once", async () => {
  const registered = [];
  const client = { call: async (_method, _path, { body }) => registered.push(body) };
  const storage = new MemoryStorage();
  for (const device of ["phone", "phone"]) {
    await (await PushReceiver.open(storage)).register(client, device, "https://push.example/1");
  }
  assert.deepEqual(registered[0], registered[1]);
  assert.equal(Buffer.from(registered[0].p256dh, "base64url").length, 65);
  assert.equal(Buffer.from(registered[0].auth, "base64url").length, 16);
});
