import assert from "node:assert/strict";
import { test } from "node:test";
import { EntryFeed } from "../../../static/js/chat/timeline/entry_feed.js";
import { Backoff } from "../../../static/js/lib/backoff.js";

const entry = (seq) => ({ seq, from: "buyer", client_id: `id-${seq}`, html: "" });
const backoff = () => new Backoff({ base: 1, cap: 2 });

/** A room that has `count` entries and answers in pages. */
function room(count, size = 100) {
  const asked = [];
  return {
    asked,
    grow: () => entry((count += 1)),
    lose: (tail) => (count -= tail),
    latest: async () => {
      const entries = Array.from({ length: count }, (_, index) => entry(index + 1)).slice(-size);
      return { entries, last_seq: count, read: { buyer: 0, seller: 0 }, more: count > size };
    },
    after: async (seq) => {
      asked.push(seq);
      const all = Array.from({ length: count }, (_, index) => entry(index + 1));
      const entries = all.slice(seq, seq + size);
      const more = seq + entries.length < count;
      return { entries, last_seq: count, read: { buyer: 0, seller: 0 }, more };
    },
  };
}

function page(last, after, more = {}) {
  const shown = [];
  const events = [];
  const emit = (type, detail) => {
    events.push([type, detail]);
    if (type === "entries") shown.push(...detail.map(({ seq }) => seq));
  };
  return { shown, events, feed: new EntryFeed({ last, after, emit, backoff: backoff(), ...more }) };
}

test("backfill requests page after page", async () => {
  const { after, asked } = room(250);
  const { feed, shown } = page(41, after);
  await feed.backfill();
  assert.equal(feed.last, 250);
  assert.equal(shown.length, 209);
  assert.deepEqual(asked, [41, 141, 241]);
});

test("a gap is filled from history before later entries show", async () => {
  const { after } = room(5);
  const { feed, shown } = page(2, after);
  feed.receive(entry(5));
  assert.deepEqual(shown, []);
  await feed.backfill();
  assert.deepEqual(shown, [3, 4, 5]);
});

test("entries arriving during a backfill are shown once, in order", async () => {
  const source = room(3);
  const { feed, shown } = page(0, source.after);
  const whole = feed.backfill();
  feed.receive(source.grow());
  feed.receive(source.grow());
  feed.receive(entry(4));
  await whole;
  assert.deepEqual(shown, [1, 2, 3, 4, 5]);
});

test("a failed backfill is retried", async () => {
  const { after } = room(3);
  let failures = 3;
  const { feed, shown } = page(0, async (seq) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error("no network");
    }
    return after(seq);
  });
  await feed.backfill();
  assert.deepEqual(shown, [1, 2, 3]);
});

test("backfill retries until history has the missing entry", async () => {
  const source = room(1);
  let questions = 0;
  const { feed, shown } = page(1, (seq) => {
    questions += 1;
    if (questions === 3) source.grow();
    return source.after(seq);
  });
  feed.receive(entry(3));
  await feed.backfill();
  assert.deepEqual(shown, [2, 3]);
});

test("a 401 ends the backfill without a retry", async () => {
  let questions = 0;
  const refused = Object.assign(new Error("401"), { status: 401, isFinal: true });
  const { feed, events } = page(0, async () => {
    questions += 1;
    throw refused;
  });
  await feed.backfill();
  assert.deepEqual(events, [["ended", refused]]);
  assert.equal(questions, 1);
});

test("a new backfill request cuts the back-off short", async () => {
  const { after } = room(2);
  let down = true;
  const { feed, shown } = page(0, async (seq) => {
    if (down) throw new Error("down");
    return after(seq);
  }, { backoff: new Backoff({ base: 60_000, cap: 60_000 }) });
  feed.backfill();
  await new Promise(setImmediate);
  down = false;
  await feed.backfill();
  assert.deepEqual(shown, [1, 2]);
});

test("stopping ends the retries", async () => {
  const { feed, shown } = page(0, async () => {
    throw new Error("down");
  }, { backoff: new Backoff({ base: 60_000, cap: 60_000 }) });
  const given = feed.backfill();
  await new Promise(setImmediate);
  feed.stop();
  await given;
  assert.deepEqual(shown, []);
});

test("a page from the middle loads only the pages requested", async () => {
  const source = room(250);
  const { feed, shown } = page(41, source.after, { behind: true });
  feed.receive(source.grow());
  await feed.backfill();
  assert.equal(feed.applyPage(await source.after(41)), 0);
  assert.deepEqual([shown, feed.last], [[], 41]);
  feed.extend(await source.after(41));
  feed.extend(await source.after(141));
  assert.deepEqual([feed.behind, feed.last, shown.length], [true, 241, 200]);
  const page3 = await source.after(241);
  const late = source.grow();
  feed.receive(late);
  feed.extend(page3);
  assert.equal(feed.behind, false);
  feed.receive(source.grow());
  await feed.backfill();
  assert.deepEqual(shown, Array.from({ length: 212 }, (_, index) => index + 42));
});

const updates = (events) => events.filter(([type]) => type === "updated").map(([, entries]) => entries);

test("a changed entry is updated, not shown a second time", async () => {
  const { after } = room(3);
  const { feed, shown, events } = page(3, after);
  feed.change({ type: "changed", seq: 2, html: "new" });
  assert.deepEqual(updates(events), [[{ seq: 2, html: "new" }]]);
  assert.deepEqual([shown, feed.last], [[], 3]);
});

test("history that resends entries updates them", () => {
  const { feed, shown, events } = page(2, room(3).after);
  feed.applyPage({ entries: [entry(2), entry(3)], last_seq: 3, read: { buyer: 0, seller: 0 }, more: false });
  assert.deepEqual(updates(events), [[entry(2)]]);
  assert.deepEqual(shown, [3]);
});

test("a change that overtakes its entry isn't lost", async () => {
  const source = room(3);
  let release = () => {};
  const { feed, events } = page(1, async (seq) => {
    const answer = await source.after(seq);
    await new Promise((resolve) => (release = resolve));
    return answer;
  });
  const whole = feed.backfill();
  await new Promise(setImmediate);
  feed.change({ seq: 3, html: "newer than the answer" });
  release();
  await whole;
  const entries = events.filter(([type]) => type === "entries").flatMap(([, entries]) => entries);
  assert.deepEqual(entries.map(({ seq, html }) => [seq, html]), [[2, ""], [3, "newer than the answer"]]);
});

test("an entry that changes while it is held is shown as it is now", async () => {
  const { feed, events } = page(1, room(1).after);
  feed.receive(entry(3));
  feed.change({ seq: 3, html: "new" });
  feed.receive(entry(2));
  const entries = events.filter(([type]) => type === "entries").flatMap(([, entries]) => entries);
  assert.deepEqual(entries.map(({ seq, html }) => [seq, html]), [[2, ""], [3, "new"]]);
  feed.stop();
});

/** A page that has all of a room, whose server then loses the last entries. */
function failOver({ count, tail, ...more }) {
  const source = room(count);
  const { feed, shown, events } = page(count, source.after, { latest: source.latest, ...more });
  source.lose(tail);
  const reloads = () => events.filter(([type]) => type === "reloaded").map(([, { last, entries }]) => [last, entries.length]);
  return { source, feed, shown, reloads };
}

test("after a lost tail new entries are shown again", async () => {
  const { source, feed, shown, reloads } = failOver({ count: 100, tail: 3 });
  await feed.backfill();
  assert.deepEqual([feed.last, reloads()], [97, [[97, 97]]]);
  feed.receive(source.grow());
  assert.deepEqual(shown, [98]);
});

test("an entry that comes during the reload isn't missed", async () => {
  const { source, feed, shown } = failOver({ count: 100, tail: 3 });
  const whole = feed.reload();
  feed.receive(source.grow());
  await whole;
  feed.receive(source.grow());
  assert.deepEqual([feed.last, shown], [99, [98, 99]]);
});

test("polling notices a lost tail, too", async () => {
  const { feed, reloads } = failOver({ count: 5, tail: 2 });
  assert.equal(await feed.poll(), 1);
  assert.deepEqual([feed.last, reloads()], [3, [[3, 3]]]);
});

test("a page from the middle notices a lost tail as it is read on", async () => {
  const { source, feed, reloads } = failOver({ count: 5, tail: 2, behind: true });
  feed.extend(await source.after(5));
  await feed.backfill();
  assert.deepEqual([feed.behind, feed.last, reloads()], [false, 3, [[3, 3]]]);
});

test("history that has all of it reloads nothing", async () => {
  const { feed, reloads } = failOver({ count: 5, tail: 0 });
  await feed.backfill();
  await feed.poll();
  assert.deepEqual(reloads(), []);
});

test("changes that were missed come with the next request", async () => {
  const asked = [];
  const after = async (seq, rev) => {
    asked.push(rev);
    const changed = rev < 3 ? [{ seq: 1, html: "gone" }] : undefined;
    return { entries: [], last_seq: 2, read: { buyer: 0, seller: 0 }, more: false, rev: 3, changed };
  };
  const { feed, events } = page(2, after, { rev: 1 });
  feed.change({ seq: 2, html: "other", rev: 2 });
  assert.equal(feed.hasMissedChanges(2), false);
  assert.equal(feed.hasMissedChanges(3), true);
  await feed.backfill();
  assert.deepEqual(events.filter(([type]) => type === "updated").map(([, [{ seq, html }]]) => [seq, html]), [[2, "other"], [1, "gone"]]);
  await feed.backfill();
  assert.deepEqual(asked, [2, 3]);
});

test("a server that counts no changes isn't asked for any", async () => {
  const asked = [];
  const after = async (seq, rev) => {
    asked.push(rev);
    return { entries: [], last_seq: 2, read: { buyer: 0, seller: 0 }, more: false };
  };
  const { feed } = page(2, after);
  await feed.backfill();
  assert.deepEqual(asked, [null]);
  assert.equal(feed.hasMissedChanges(7), false);
});
