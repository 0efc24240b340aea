// What the tests act with: a server that answers as it is told, and a socket that does.

import { once } from "node:events";
import { createServer } from "node:http";

/** Answers one request after the other from `answers`: `[status, body, headers]`, a function of the request, or `null` to hang up. */
export class FakeServer {
  requests = [];
  answers = [];

  static async start(test) {
    const fake = new FakeServer();
    const server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      const body = Buffer.concat(parts).toString();
      const asked = { method: request.method, url: request.url, headers: request.headers, body };
      fake.requests.push(asked);
      let answer = fake.answers.length ? fake.answers.shift() : [500, {}];
      if (typeof answer === "function") answer = await answer(asked);
      if (answer === null) return request.socket.destroy();
      const [status, json, headers] = answer;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(json === undefined ? "" : JSON.stringify(json));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    fake.origin = `http://127.0.0.1:${server.address().port}`;
    test.after(() => {
      server.close();
      server.closeAllConnections();
    });
    return fake;
  }
}

export const problem = (status, code, headers) => [status, { type: "", title: "", status, detail: code, code }, headers];

/** A WebSocket whose other end is the test. */
export function fakeSockets() {
  const made = [];
  class FakeWebSocket {
    sent = [];
    constructor(address) {
      this.address = address;
      made.push(this);
      queueMicrotask(() => this.onopen?.({}));
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {}
    says(frame) {
      this.onmessage?.({ data: JSON.stringify(frame) });
    }
    closes(code) {
      this.onclose?.({ code });
    }
  }
  return { made, WebSocket: FakeWebSocket };
}

/** Waits until `check` gives something true, and gives it. Nobody waits longer than `timeout` ms. */
export async function eventually(check, timeout = 10_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`still not: ${check}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
