import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ConnectionCheck } from "../../../static/js/chat/transport/connection_check.js";
import { Socket } from "../../../static/js/chat/transport/socket.js";
import { FakePage, settled } from "../fake_page.mjs";

const page = new FakePage();
globalThis.location = { href: "http://haggle.example/" };

/** Every connection that was tried, the newest last. */
let tried = [];
globalThis.WebSocket = class {
  static OPEN = 1;
  constructor() {
    tried.push(this);
  }
  close() {}
};

let now = 0;

function setUp() {
  tried = [];
  page.look(true);
  const end = new AbortController();
  const socket = new Socket("/ws/inbox", { frame: () => {}, signal: end.signal });
  socket.open();
  return { socket, signal: end.signal, end: () => end.abort() };
}

/** So much time passes, in which nothing is said. */
function silence(ms) {
  for (let passed = 0; passed < ms; passed += 500) {
    now += 500;
    mock.timers.tick(500);
  }
}

test.beforeEach(() => {
  mock.method(Date, "now", () => now);
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
});
test.afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

test("a returning reader reconnects at once", () => {
  const { socket, end } = setUp();
  tried[0].onclose({ code: 1006 });
  page.look(false);
  assert.deepEqual([socket.status, tried.length], ["waiting", 1]);
  page.look(true);
  assert.deepEqual([socket.status, tried.length], ["connecting", 2]);
  tried[1].onopen();
  page.look(false);
  page.look(true);
  assert.deepEqual([socket.status, tried.length], ["open", 2], "an open one is left alone");
  end();
});

test("a returning reader reconnects a long-idle inbox socket", async () => {
  const { socket, signal, end } = setUp();
  tried[0].onopen();
  new ConnectionCheck(socket, async () => true, signal, { idle: Infinity, onReturn: 60_000 });
  silence(59_000);
  page.happens("focus");
  silence(600_000);
  await settled();
  assert.equal(tried.length, 1, "nobody came back, or it wasn't silent for long");
  for (const back of [() => page.look(true), () => page.happens("focus"), () => page.happens("online")]) {
    const before = tried.length;
    back();
    await settled();
    silence(500);
    assert.equal(tried.length, before + 1);
    tried.at(-1).onopen();
    silence(60_000);
  }
  page.look(false);
  await settled();
  assert.equal(socket.status, "open", "nobody looks");
  end();
});

test("a machine that slept reconnects by itself", async () => {
  const { socket, signal, end } = setUp();
  tried[0].onopen();
  new ConnectionCheck(socket, async () => true, signal, { idle: Infinity, onReturn: 60_000 });
  now += 3_600_000; // asleep: no timer ran
  mock.timers.tick(30_000);
  await settled();
  assert.equal(socket.status, "waiting");
  end();
});

test("an idle room socket that missed nothing is kept", async () => {
  const { socket, signal, end } = setUp();
  tried[0].onopen();
  let missed = false;
  let asked = 0;
  new ConnectionCheck(socket, async () => ((asked += 1), missed), signal);
  silence(20_000);
  page.look(true);
  await settled();
  assert.deepEqual([asked, socket.status], [1, "open"]);
  missed = true;
  silence(20_000);
  page.look(true);
  await settled();
  assert.deepEqual([asked, socket.status], [2, "waiting"]);
  end();
});
