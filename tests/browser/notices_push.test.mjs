// From a message to a notification on a device that shows no page: the button, our own push service, a real worker.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import http from "node:http";
import { eventually, pair } from "./chat_page.mjs";

export default async function (market) {
  const service = await PushService.open();
  try {
    await chain(market, service);
  } finally {
    service.close();
  }
}

async function chain(market, service) {
  const { seller, buyer, hers } = await pair(market, { worker: true });
  await hers.send("Is it still there?");
  await hers.shows("Is it still there?");
  await bell(seller);
  await seller.page.goto("/messages");
  await seller.page.locator("main a[href^='/rooms/']").first().click();
  await eventually("it is read", async () => (await unread(seller)) === 0);
  await turnOn(market, seller, service);
  await axeBoth(seller);

  const registration = await registrationId(seller);
  await hers.send("I could come today.");
  const pushed = await eventually("a push", () => service.pushes.at(-1));
  assert.equal(pushed.notification.title, buyer.name);
  assert.match(pushed.notification.body, /I could come today\.$/);

  // Headless Chromium sometimes says that it showed one and knows of none: delivered again, it replaces itself.
  const shown = await eventually("a notification", async () => {
    await seller.cdp.send("ServiceWorker.deliverPushMessage", {
      origin: market.origin,
      registrationId: registration,
      data: JSON.stringify(pushed),
    });
    return (await notifications(seller))[0];
  });
  assert.equal(shown.title, buyer.name);
  assert.equal(shown.tag, pushed.notification.tag);
  assert.equal(shown.url, pushed.notification.navigate);

  await click(seller);
  await seller.page.waitForURL(pushed.notification.navigate);
  await eventually("what is read to be closed", async () => (await notifications(seller)).length === 0);
}

/** The counter is live, and leads to what it counts. */
async function bell({ page }) {
  await page.goto("/");
  await eventually("the bell to ring", async () => (await page.locator("[data-notices]").textContent()) === "1");
  await page.getByRole("link", { name: "Notices" }).click();
  await page.locator(".notice-row.is-unread").waitFor();
}

async function axeBoth(person) {
  for (const path of ["/notices", "/settings/notices"]) {
    await person.page.goto(path);
    await person.axe();
  }
}

/** By the button, in a browser whose push service is ours. */
async function turnOn(market, person, service) {
  await person.context.grantPermissions(["notifications"], { origin: market.origin });
  await person.page.addInitScript(stubSubscribe, service.subscription);
  person.cdp = await person.context.newCDPSession(person.page);
  await person.page.goto("/settings/notices");
  await person.page.getByRole("button", { name: "Turn on push" }).click();
  await person.page.getByRole("button", { name: "Turn off push" }).waitFor();
}

/** Headless Chromium has no push service: what it would have answered, and what the page finds afterwards. */
function stubSubscribe(json) {
  const KEY = "test:subscribed";
  const made = () => ({
    endpoint: json.endpoint,
    options: { applicationServerKey: Uint8Array.from(atob(localStorage.getItem(KEY)), (c) => c.charCodeAt(0)).buffer },
    toJSON: () => json,
    unsubscribe: async () => localStorage.removeItem(KEY),
  });
  PushManager.prototype.getSubscription = async () => (localStorage.getItem(KEY) ? made() : null);
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem(KEY, applicationServerKey.replaceAll("-", "+").replaceAll("_", "/"));
    return made();
  };
}

async function registrationId({ cdp, page }) {
  const found = new Promise((resolve) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const alive = registrations.find(({ isDeleted }) => !isDeleted);
      if (alive) resolve(alive.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  return found;
}

const notifications = ({ page }) =>
  page.evaluate(async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.map(({ title, tag, data }) => ({ title, tag, url: data?.url }));
  });

/** On the notification, as the system tells the worker of it. */
async function click({ context }) {
  const [worker] = context.serviceWorkers();
  await worker.evaluate(async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  });
}

/** RFC 8030 from the receiver's end, with RFC 8291's encryption. */
class PushService {
  pushes = [];

  static async open() {
    const service = new PushService();
    service.keys = crypto.createECDH("prime256v1");
    service.keys.generateKeys();
    service.auth = crypto.randomBytes(16);
    service.server = http.createServer((request, response) => void service.#take(request, response));
    await new Promise((resolve) => service.server.listen(0, "127.0.0.1", resolve));
    service.subscription = {
      endpoint: `http://127.0.0.1:${service.server.address().port}/phone`,
      keys: {
        p256dh: service.keys.getPublicKey().toString("base64url"),
        auth: service.auth.toString("base64url"),
      },
    };
    return service;
  }

  close() {
    this.server.close();
  }

  async #take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    this.pushes.push(JSON.parse(this.#decrypt(Buffer.concat(parts))));
    response.writeHead(201).end();
  }

  #decrypt(body) {
    const [salt, length] = [body.subarray(0, 16), body[20]];
    const [sender, sealed] = [body.subarray(21, 21 + length), body.subarray(21 + length)];
    const expand = (secret, salt, info, size) => Buffer.from(crypto.hkdfSync("sha256", secret, salt, info, size));
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.keys.getPublicKey(), sender]);
    const input = expand(this.keys.computeSecret(sender), this.auth, info, 32);
    const key = expand(input, salt, "Content-Encoding: aes128gcm\0", 16);
    const nonce = expand(input, salt, "Content-Encoding: nonce\0", 12);
    const cipher = crypto.createDecipheriv("aes-128-gcm", key, nonce);
    cipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
    return padded.subarray(0, padded.lastIndexOf(2)).toString();
  }
}

/** How many notices are unread. */
async function unread({ page }) {
  const answer = await page.evaluate(async () => (await fetch("/notices", { headers: { accept: "application/json" } })).json());
  return answer.tags.length;
}
