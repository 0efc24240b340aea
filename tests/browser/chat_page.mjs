// A conversation, as the person in front of the window sees it.

import assert from "node:assert/strict";

/** Waits until `check` gives something true, and gives it. Nobody waits longer than `timeout` ms. */
export async function eventually(what, check, timeout = 40_000) {
  const end = Date.now() + timeout;
  for (let last; ; ) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`still not: ${what} (${last?.message ?? last})`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

export class ChatPage {
  /** @param {import("playwright-core").Page} page with a conversation in it */
  constructor(page) {
    this.page = page;
    this.text = page.getByLabel("Message", { exact: true });
  }

  async send(...bodies) {
    for (const body of bodies) {
      await this.text.fill(body);
      await this.text.press("Enter");
    }
  }

  /** What is on the page, pending bubbles too: `{ seq, from, body, state, seen }`. */
  entries() {
    return this.page.locator("haggle-room [data-client-id]").evaluateAll((entries) =>
      entries.map((entry) => ({
        seq: Number(entry.dataset.seq) || null,
        from: entry.dataset.from,
        body: entry.querySelector("[data-body]").textContent,
        state: entry.dataset.state ?? "stored",
        seen: entry.hasAttribute("data-seen"),
      })),
    );
  }

  /** Waits until the page shows exactly these, all stored, numbered without a hole. */
  async shows(...bodies) {
    let entries = [];
    const whole = async () => {
      entries = await this.entries();
      return entries.length === bodies.length && entries.every(({ state }) => state === "stored");
    };
    await eventually(`${bodies.length} stored`, whole).catch((error) => {
      throw new Error(`${error.message}\n${JSON.stringify(entries, null, 1)}`);
    });
    assert.deepEqual(entries.map(({ body }) => body), bodies);
    const first = entries[0]?.seq;
    assert.deepEqual(entries.map(({ seq }) => seq), bodies.map((_, index) => first + index));
  }

  /** Waits until this is written, wherever it stands. */
  receives(body) {
    return this.page.locator("[data-seq] [data-body]", { hasText: body }).first().waitFor();
  }

  /** Waits until the socket is open and the line about the connection is gone. */
  live() {
    return eventually("live", () =>
      this.page.evaluate(() => {
        const room = document.querySelector("haggle-room:defined");
        return room && room.querySelector("[data-connection]").hidden;
      }),
    );
  }

  /** The line about the connection, "" while there is none. */
  connection() {
    return this.page.locator("[data-connection]").evaluate((line) => (line.hidden ? "" : line.textContent));
  }

  /** How far the conversation is from its end, and what of it stands at the top, in pixels. */
  scroll() {
    return this.page.locator("[data-scroll]").evaluate((box) => ({
      top: box.scrollTop,
      fromEnd: Math.round(box.scrollHeight - box.clientHeight - box.scrollTop),
    }));
  }
}

/** A buyer in front of a product, and its seller, who comes to the conversation when there is one. */
export async function pair(market, options) {
  const [seller, buyer] = [await market.newSeller("Tomas", options), await market.newBuyer("Ana", options)];
  const product = await seller.offer({ title: "City bicycle" });
  await buyer.page.goto(product);
  return { seller, buyer, product, hers: new ChatPage(buyer.page), his: new ChatPage(seller.page) };
}

/**
 * Both write until there are `count` entries, where there is one; a program's way, and as fast as is
 * allowed. `body` gives what an entry says.
 */
export async function fill(room, count, people, body = (n) => `${n} ${"some words ".repeat(n % 13)}`) {
  for (let n = 2; n <= count; n += 1) {
    const post = () =>
      people[n % 2].context.request.post(`/rooms/${room}/messages`, {
        form: { body: body(n) },
        headers: { Accept: "application/json" },
      });
    await eventually("stored", async () => (await post()).ok());
  }
}

/** This person has seen all of it, as a page without scripts tells. */
export async function readAll(room, person) {
  const history = await person.context.request.get(`/rooms/${room}/messages`, { headers: { Accept: "application/json" } });
  await person.context.request.get(`/rooms/${room}/seen.gif?seq=${(await history.json()).last_seq}`);
}

/** The room that a page with a conversation is about. */
export function roomOf(page) {
  return page.locator("haggle-room").getAttribute("data-room");
}

/** Errors that a browser reports when the program is away. */
export const AWAY = /ERR_CONNECTION|ERR_INTERNET|ERR_EMPTY|WebSocket connection|Failed to load resource/;
