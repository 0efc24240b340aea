import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Presence } from "../../static/js/chat/presence.js";

function setUp() {
  const world = { sent: 0, online: { hidden: true }, typing: { hidden: true } };
  const send = () => (world.sent += 1);
  return { ...world, world, presence: new Presence({ online: world.online, typing: world.typing, send }) };
}

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("typing is sent at once, then every three seconds", () => {
  const { presence, world } = setUp();
  for (let key = 0; key < 65; key += 1) {
    presence.keyPressed();
    mock.timers.tick(100);
  }
  assert.equal(world.sent, 3);
});

test("the last key within the throttle is sent at its end", () => {
  const { presence, world } = setUp();
  presence.keyPressed();
  presence.keyPressed();
  assert.equal(world.sent, 1);
  mock.timers.tick(3_000);
  assert.equal(world.sent, 2);
  mock.timers.tick(60_000);
  assert.equal(world.sent, 2);
});

test("sending a message ends the typing throttle", () => {
  const { presence, world } = setUp();
  presence.keyPressed();
  presence.keyPressed();
  presence.messageSent();
  mock.timers.tick(3_000);
  assert.equal(world.sent, 1);
});

test("the typing indicator fades after five seconds or when they leave", () => {
  const { presence, typing } = setUp();
  presence.typing();
  mock.timers.tick(4_000);
  presence.typing();
  mock.timers.tick(4_900);
  assert.equal(typing.hidden, false);
  mock.timers.tick(100);
  assert.equal(typing.hidden, true);
  for (const end of [() => presence.typingStopped(), () => presence.online(false)]) {
    presence.typing();
    end();
    assert.equal(typing.hidden, true);
  }
});
