import assert from "node:assert/strict";
import { test } from "node:test";
import { shown } from "../../../static/js/chat/compose/attachment.js";
import { UploadQueue } from "../../../static/js/chat/compose/upload_queue.js";

/** An upload whose requests wait for `answer(id)` or `fail(id)`; `seen` is what happened. */
function setUp() {
  const open = new Map();
  const seen = [];
  const fails = new Set();
  const upload = new UploadQueue({
    post: ({ client_id: id }, signal) => {
      seen.push(`post ${id}`);
      signal.addEventListener("abort", () => seen.push(`aborted ${id}`));
      return new Promise((resolve, reject) => open.set(id, { resolve, reject }));
    },
    emit: (type, detail) => {
      seen.push(type === "stored" ? `stored ${detail}` : `failed ${detail.item.client_id}`);
      if (fails.has(detail)) throw new Error("in a handler");
    },
  });
  const settled = () => new Promise(setImmediate);
  return {
    seen,
    fails,
    forget: (id) => upload.cancel(id),
    send: (id) => void upload.enqueue({ client_id: id }),
    answer: (id) => (open.get(id).resolve(id), settled()),
    fail: (id) => (open.get(id).reject(new Error()), settled()),
  };
}

test("uploads run one at a time, each queued once", async () => {
  const { seen, send, answer, fail } = setUp();
  for (const id of ["a", "b", "a", "b"]) send(id);
  assert.deepEqual(seen, ["post a"]);
  await fail("a");
  send("a");
  assert.deepEqual(seen, ["post a", "failed a", "post b"]);
  await answer("b");
  await answer("a");
  send("b");
  assert.deepEqual(seen.slice(3), ["stored b", "post a", "stored a", "post b"]);
  await answer("b");
});

test("a cancelled upload doesn't block the others", async () => {
  const { seen, send, forget, answer, fail } = setUp();
  for (const id of ["a", "b", "c"]) send(id);
  forget("b");
  forget("a");
  await fail("a");
  await answer("c");
  assert.deepEqual(seen, ["post a", "aborted a", "post c", "stored c"]);
  send("d");
  forget("d");
  await answer("d");
  assert.deepEqual(seen.slice(4), ["post d", "aborted d", "stored d"], "too late: it is there");
});

test("an exception in a handler doesn't hold later uploads up", async () => {
  const { seen, send, answer, fails } = setUp();
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  fails.add("a");
  for (const id of ["a", "b"]) send(id);
  await answer("a");
  await answer("b");
  assert.deepEqual(seen, ["post a", "stored a", "post b", "stored b"]);
  assert.deepEqual(reported, ["in a handler"]);
});

test("a bubble has the size that the server gives it", () => {
  assert.deepEqual(shown(1600, 1200), { width: 320, height: 240 });
  assert.deepEqual(shown(1000, 1333), { width: 240, height: 320 });
  assert.deepEqual(shown(60, 120), { width: 60, height: 120 });
  assert.deepEqual(shown(1, 6000), { width: 1, height: 320 });
});
