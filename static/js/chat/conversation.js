/**
 * Mediator of a conversation: one table from event to call. The parts are given at construction,
 * emit their events on a bus, and know nothing of each other; no method here reads or makes markup.
 *
 * @typedef {import("./transport/frames.js").Entry} Entry
 * @typedef {import("./transport/frames.js").ReadMarks} ReadMarks
 * @typedef {import("./transport/frames.js").Side} Side
 * @typedef {object} Parts
 * @property {import("../lib/events.js").Events} events
 * @property {import("./transport/room_transport.js").RoomTransport} transport
 * @property {import("./timeline/timeline.js").Timeline} timeline
 * @property {import("./timeline/scroll_anchor.js").ScrollAnchor} scroll
 * @property {import("./timeline/entry_feed.js").EntryFeed} feed
 * @property {import("./timeline/read_tracker.js").ReadTracker} readTracker
 * @property {import("./compose/outbox.js").Outbox} outbox
 * @property {import("./compose/composer.js").Composer | null} composer
 * @property {import("./compose/sender.js").Sender} sender
 * @property {import("./compose/upload_queue.js").UploadQueue} uploads
 * @property {import("./connection_status.js").ConnectionStatus} connectionStatus
 * @property {import("./presence.js").Presence} presence
 * @property {() => void} goToEnd leaves a part in the middle for the end of the conversation
 */
import { COMPOSER_NOT_EMPTY } from "./strings.js";

export class Conversation {
  #side;
  #other;
  #parts;
  /** A message was sent while what it follows isn't shown: stored, it is gone to. */
  #isSentFromMiddle = false;

  /** @param {Side} side the reader's @param {Parts} parts */
  constructor(side, parts) {
    const { events, transport, feed, presence } = parts;
    this.#side = side;
    this.#other = /** @type {Side} */ (side === "buyer" ? "seller" : "buyer");
    this.#parts = parts;
    events.connect({
      "frame:hello": (frame) => this.#onHello(frame),
      "frame:message": (entry) => this.#onMessage(entry),
      "frame:changed": (frame) => feed.change(frame),
      "frame:resync": () => feed.backfill(),
      "frame:read": ({ by, seq }) => this.#onReadMarks({ [by]: seq }),
      "frame:typing": ({ by }) => by === this.#other && presence.typing(),
      "frame:presence": ({ who, online }) => who === this.#other && presence.online(online),
      "frame:product": (frame) => this.#onProduct(frame),
      "frame:error": (frame) => this.#onError(frame),
      status: (status) => this.#onStatus(status),
      connectivity: () => this.#showStatus(),
      entries: (entries) => this.#show(entries),
      updated: (entries) => this.#update(entries),
      reloaded: (page) => this.#onReloaded(page),
      readMarks: (marks) => this.#onReadMarks(marks),
      ended: (failure) => this.#end(failure),
      unacknowledged: () => transport.reconnect(),
      stored: (entry) => this.#onMessage(entry),
      uploadFailed: ({ item, failure }) => this.#onUploadFailed(item, failure),
      composed: (message) => this.#send(message),
      keyPressed: () => presence.keyPressed(),
      retry: (id) => this.#retry(id),
      edit: (id) => this.#edit(id),
      discard: (id) => this.#discard(id),
      closed: () => this.#stop(),
    });
  }

  /**
   * Takes up the page as the server rendered it.
   * @param {ReadMarks} marks
   * @param {{ hit?: HTMLElement | null, unread?: HTMLElement | null }} [start] the entry that was
   *   searched for; the line above what wasn't read yet
   */
  begin(marks, { hit = null, unread = null } = {}) {
    const { timeline, sender, readTracker, scroll, transport, feed } = this.#parts;
    timeline.seen(marks[this.#other]);
    for (const entry of timeline.entries) {
      sender.acknowledge(entry.dataset.clientId ?? "");
      readTracker.observe(entry);
    }
    sender.resume();
    if (hit) scroll.startAt(hit, feed.behind);
    else if (unread) scroll.startBelow(unread, feed.behind);
    else if (feed.behind) scroll.startAt(timeline.entries[timeline.entries.length - 1], true);
    else scroll.toEnd();
    transport.open();
  }

  #onHello({ last_seq, read, online, rev }) {
    const { presence, readTracker, feed, transport, sender } = this.#parts;
    presence.online(online);
    this.#onReadMarks(read);
    readTracker.resume(read[this.#side]);
    if (last_seq !== feed.last || feed.hasMissedChanges(rev)) feed.backfill();
    transport.onHello();
    sender.flush();
  }

  /** An entry that is shown already comes again as the acknowledgement of a duplicate send. */
  #onMessage(/** @type {Entry} */ entry) {
    const { feed, sender, outbox, goToEnd } = this.#parts;
    feed.receive(entry);
    if (feed.behind || entry.seq <= feed.last) sender.acknowledge(entry.client_id);
    if (feed.behind && this.#isSentFromMiddle && outbox.due.length === 0) goToEnd();
  }

  /** @param {import("./transport/frames.js").ProductFrame} frame */
  #onProduct({ product_id, state, label }) {
    const { timeline, composer } = this.#parts;
    const shown = state === "listed" ? "" : label;
    timeline.productState(product_id, shown);
    composer?.productState(product_id, shown);
  }

  /** The composer shows only what no bubble does: a bubble shows its error itself. */
  #onError(frame) {
    const { sender, outbox, composer } = this.#parts;
    const why = sender.reject(frame);
    if (why && !outbox.get(frame.client_id)) composer?.complain(why);
  }

  /** @param {Entry[]} entries each once, in order */
  #show(entries) {
    const { timeline, readTracker, sender, presence, scroll, composer, feed } = this.#parts;
    if (entries.length === 0) return;
    if (feed.behind) timeline.stopAnnouncing();
    let received = 0;
    for (const entry of entries) {
      const shown = timeline.add(entry, !feed.behind && entry.from === this.#other);
      if (shown) readTracker.observe(shown);
      if (shown && entry.from === this.#other) received += 1;
      if (!feed.behind) composer?.about(entry.product_id, timeline.introduced(shown));
      sender.acknowledge(entry.client_id ?? "");
    }
    if (feed.behind) return;
    if (received > 0) presence.typingStopped();
    scroll.contentAdded(received);
  }

  /** @param {Pick<Entry, "seq" | "html">[]} entries those of them that are shown and look different now */
  #update(entries) {
    const { timeline, scroll, readTracker, feed } = this.#parts;
    if (entries.some((entry) => timeline.conflictsWith(entry))) return void feed.reload();
    scroll.keepInView(() => {
      for (const entry of entries) {
        const shown = timeline.replace(entry);
        if (shown) readTracker.observe(shown);
      }
    });
  }

  /** The server lost a tail: only what it has stays, and what isn't stored yet. */
  #onReloaded({ last, entries, read }) {
    const { timeline, scroll, readTracker, sender } = this.#parts;
    timeline.stopAnnouncing();
    scroll.keepInView(() => {
      timeline.truncate(last);
      for (const entry of entries) {
        const shown = timeline.replace(entry) ?? timeline.add(entry);
        if (shown) readTracker.observe(shown);
        sender.acknowledge(entry.client_id);
      }
    });
    readTracker.resume(read[this.#side], last);
    this.#onReadMarks(read);
  }

  #onReadMarks(/** @type {Partial<ReadMarks>} */ marks) {
    this.#parts.timeline.seen(marks[this.#other] ?? 0);
    this.#parts.readTracker.raise(marks[this.#side] ?? 0);
  }

  #send({ body, product, picture }) {
    const { feed, sender, presence, scroll } = this.#parts;
    this.#isSentFromMiddle = feed.behind;
    sender.send(body, product, picture);
    presence.messageSent();
    scroll.toEnd();
  }

  /** The button vanishes with it, so the keyboard focus goes to the list. */
  #retry(/** @type {string} */ id) {
    const { sender, transport, scroll } = this.#parts;
    sender.retry(id);
    transport.reconnectNow();
    scroll.focus();
  }

  /** The text returns to the composer, where that is empty. */
  #edit(/** @type {string} */ id) {
    const { outbox, composer } = this.#parts;
    const item = outbox.get(id);
    if (!item || !composer) return;
    if (composer.restore(item.body, item.picture)) this.#withdraw(id);
    else composer.complain(COMPOSER_NOT_EMPTY);
    composer.focus();
  }

  #discard(/** @type {string} */ id) {
    this.#withdraw(id);
    this.#parts.scroll.focus();
  }

  #withdraw(/** @type {string} */ id) {
    this.#parts.sender.withdraw(id);
    this.#parts.uploads.cancel(id);
  }

  /**
   * The text of a picture that the server rejects returns to the composer, where that is empty.
   * @param {import("./compose/outbox.js").Item} item
   * @param {import("./transport/room_api.js").RequestError} failure
   */
  #onUploadFailed(item, failure) {
    const { sender, composer } = this.#parts;
    const { client_id, body } = item;
    if (failure.isFinal) return this.#end(failure);
    if (failure.isUnexplained) return this.#onError({ client_id, code: "not_taken" });
    if (!failure.code) return sender.retryLater(item);
    if (failure.code === "bad_photo" && (!body || composer?.restore(body))) sender.withdraw(client_id);
    this.#onError({ client_id, code: failure.code, message: failure.message });
  }

  #onStatus(/** @type {import("./transport/socket.js").Status} */ status) {
    this.#parts.transport.onStatus(status);
    if (status !== "open") this.#parts.presence.online(false);
    if (status === "ended") this.#stop();
    this.#showStatus();
  }

  #showStatus() {
    this.#parts.connectionStatus.show(this.#parts.transport.state);
  }

  /** Signed out, or no such room any more. */
  #end(/** @type {import("./transport/room_api.js").RequestError} */ failure) {
    this.#parts.transport.end(failure);
    this.#stop(); // the socket may have ended before, without an event now
  }

  #stop() {
    const { transport, feed, sender } = this.#parts;
    transport.stop();
    feed.stop();
    sender.stop();
  }
}
