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

test("keys are told at once, and then every three seconds while they go on", () => {
  const { presence, world } = setUp();
  for (let key = 0; key < 65; key += 1) {
    presence.type();
    mock.timers.tick(100);
  }
  assert.equal(world.sent, 3);
});

test("a last key within the three seconds is told at their end", () => {
  const { presence, world } = setUp();
  presence.type();
  presence.type();
  assert.equal(world.sent, 1);
  mock.timers.tick(3_000);
  assert.equal(world.sent, 2);
  mock.timers.tick(60_000);
  assert.equal(world.sent, 2);
});

test("a message that is off leaves nothing to tell", () => {
  const { presence, world } = setUp();
  presence.type();
  presence.type();
  presence.said();
  mock.timers.tick(3_000);
  assert.equal(world.sent, 1);
});

test("their typing fades after five seconds, with their message, and when they go", () => {
  const { presence, typing } = setUp();
  presence.typing();
  mock.timers.tick(4_000);
  presence.typing();
  mock.timers.tick(4_900);
  assert.equal(typing.hidden, false);
  mock.timers.tick(100);
  assert.equal(typing.hidden, true);
  for (const end of [() => presence.quiet(), () => presence.online(false)]) {
    presence.typing();
    end();
    assert.equal(typing.hidden, true);
  }
});
