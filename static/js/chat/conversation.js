/**
 * What happens when, in a conversation: which part hears of what. It holds no state but its parts,
 * that the socket was greeted, and that the room is gone.
 *
 * @typedef {import("./transport/frames.js").Entry} Entry
 * @typedef {import("./transport/frames.js").ReadMarks} ReadMarks
 * @typedef {import("./transport/frames.js").Side} Side
 * @typedef {object} Parts
 * @property {import("./transport/socket.js").Socket} socket
 * @property {import("./timeline/timeline.js").Timeline} timeline
 * @property {import("./timeline/scroll_anchor.js").ScrollAnchor} scroll
 * @property {import("./transport/room_api.js").RoomApi} api
 * @property {import("./compose/outbox.js").Outbox} outbox
 * @property {import("./compose/composer.js").Composer | null} composer
 * @property {import("./connection_status.js").ConnectionStatus} connection
 * @property {import("./transport/polling.js").Polling} polling
 * @property {import("./timeline/entry_feed.js").EntryFeed} feed
 * @property {import("./compose/sender.js").Sender} sender
 * @property {import("./compose/upload_queue.js").UploadQueue} upload
 * @property {import("./timeline/read_tracker.js").ReadTracker} reader
 * @property {import("./presence.js").Presence} presence
 * @property {HTMLAnchorElement | null} newest leads from a part in the middle to the end
 */
import { COMPOSER_NOT_EMPTY } from "./strings.js";

/** Where an entry stands that was looked for, or `null`. @typedef {HTMLElement | null} Hit */

/** So many tries in a row without a socket, and history is polled meanwhile. */
const GIVE_UP_AFTER = 3;

export class Conversation {
  #seat;
  #other;
  #gone = false;
  /** The socket said `hello`. What was written before goes first, so nothing does until then. */
  #greeted = false;
  /** Something was said here while what it follows wasn't shown: stored, it is gone to. */
  #sentFromMiddle = false;
  /** @type {Parts} */
  #parts = /** @type {any} */ (null);

  /** @param {Side} seat the reader's */
  constructor(seat) {
    this.#seat = seat;
    this.#other = /** @type {Side} */ (seat === "buyer" ? "seller" : "buyer");
  }

  get presence() {
    return this.#parts.presence;
  }

  /**
   * Takes up the page as the server rendered it.
   * @param {Parts} parts @param {ReadMarks} marks @param {Hit} hit
   * @param {HTMLElement | null} unread the line above what wasn't read yet
   */
  begin(parts, marks, hit, unread) {
    this.#parts = parts;
    const { timeline, sender, reader, scroll, socket, feed } = parts;
    timeline.seen(marks[this.#other]);
    for (const entry of timeline.entries) {
      sender.acknowledge(entry.dataset.clientId ?? "");
      reader.observe(entry);
    }
    sender.resume();
    hit?.classList.add("is-hit");
    if (hit) scroll.startAt(hit, feed.behind);
    else if (unread) scroll.startBelow(unread, feed.behind);
    else if (feed.behind) scroll.startAt(timeline.entries[timeline.entries.length - 1], true);
    else scroll.toEnd();
    socket.open();
  }

  /** @param {any} frame */
  onFrame(frame) {
    const { feed, presence } = this.#parts;
    switch (frame.type) {
      case "hello": return this.#hello(frame);
      case "message": return this.#message(frame);
      case "resync": return void feed.backfill();
      case "read": return this.read({ [frame.by]: frame.seq });
      case "typing": return void (frame.by === this.#other && presence.typing());
      case "presence": return void (frame.who === this.#other && presence.online(frame.online));
      case "error": return this.#onError(frame);
    }
  }

  #hello({ last_seq, read, online }) {
    const { presence, reader, feed, sender } = this.#parts;
    presence.online(online);
    this.read(read);
    reader.resume(read[this.#seat]);
    if (last_seq > feed.last) feed.backfill();
    this.#greeted = true;
    sender.flush();
  }

  /** What is shown already is told again as the answer to something that was sent twice. */
  #message(entry) {
    const { feed, sender, outbox, newest } = this.#parts;
    feed.receive(entry);
    if (feed.behind || entry.seq <= feed.last) sender.acknowledge(entry.client_id);
    if (feed.behind && this.#sentFromMiddle && newest && outbox.due.length === 0) location.assign(newest.href);
  }

  /** Beside the composer stands only what no bubble says: a bubble's words go with it. */
  #onError(refusal) {
    const why = this.#parts.sender.reject(refusal);
    if (why && !this.#parts.outbox.get(refusal.client_id)) this.#parts.composer?.complain(why);
  }

  /** @param {Entry[]} entries each once, in order */
  show(entries) {
    const { timeline, reader, sender, presence, scroll, composer, feed } = this.#parts;
    if (entries.length === 0) return;
    if (feed.behind) timeline.stopAnnouncing();
    for (const entry of entries) {
      const shown = timeline.add(entry, !feed.behind && entry.from === this.#other);
      if (shown) reader.observe(shown);
      const title = shown?.querySelector(".divider-title")?.textContent;
      if (!feed.behind) composer?.about(entry.product_id, title);
      sender.acknowledge(entry.client_id);
    }
    if (feed.behind) return;
    const news = entries.filter((entry) => entry.from === this.#other).length;
    if (news > 0) presence.typingStopped();
    scroll.contentAdded(news);
  }

  /** @param {Partial<Marks>} marks */
  read(marks) {
    this.#parts.timeline.seen(marks[this.#other] ?? 0);
    this.#parts.reader.raise(marks[this.#seat] ?? 0);
  }

  /** This person has read up to here. @param {number} seq @returns whether it was told */
  async markRead(seq) {
    const { socket, polling, api } = this.#parts;
    return socket.send({ type: "read", seq }) || (polling.working && api.markRead(seq));
  }

  /**
   * @param {string} body @param {number} [product]
   * @param {import("./compose/attachment.js").Attachment} [picture]
   */
  send(body, product, picture) {
    this.#sentFromMiddle = this.#parts.feed.behind;
    this.#parts.sender.send(body, product, picture);
    this.#parts.presence.messageSent();
    this.#parts.scroll.toEnd();
  }

  /** The button vanishes with it, so the keyboard goes on in the list. @param {string} id */
  retry(id) {
    const { sender, socket, scroll } = this.#parts;
    sender.retry(id);
    socket.reconnectNow();
    scroll.focus();
  }

  /** It goes back to where it was written, where nothing else stands. @param {string} id */
  edit(id) {
    const { outbox, composer } = this.#parts;
    const item = outbox.get(id);
    if (!item || !composer) return;
    if (composer.restore(item.body, item.picture)) this.#withdraw(id);
    else composer.complain(COMPOSER_NOT_EMPTY);
    composer.focus();
  }

  /** A picture without words isn't sent after all. @param {string} id */
  discard(id) {
    this.#withdraw(id);
    this.#parts.scroll.focus();
  }

  #withdraw(/** @type {string} */ id) {
    this.#parts.sender.withdraw(id);
    this.#parts.upload.cancel(id);
  }

  /** Nothing gets through just now; what is due goes by itself as soon as something does. */
  get isOffline() {
    const { socket, polling } = this.#parts;
    if (!navigator.onLine) return true;
    return !["open", "ended"].includes(socket.status) && !polling.working;
  }

  /** @param {import("./compose/outbox.js").Item} item */
  transmit(item) {
    if (item.picture) {
      this.#parts.upload.enqueue(item);
      return false;
    }
    const { client_id, body, product_id } = item;
    const { socket, polling } = this.#parts;
    // With `hello` all goes that is due, in the order of writing: it is as good as handed over.
    if (socket.status === "open" && !this.#greeted) return true;
    if (socket.send({ type: "send", client_id, body, product_id })) return true;
    polling.now();
    return false;
  }

  /** A picture got there. @param {Entry} entry */
  uploaded(entry) {
    this.#message(entry);
  }

  /**
   * A picture didn't get there. The words of one that the server won't have go back to their writer,
   * where nothing else was written meanwhile.
   * @param {import("./compose/outbox.js").Item} item @param {import("./transport/room_api.js").RequestError} failure
   */
  notUploaded(item, failure) {
    const { sender, composer } = this.#parts;
    const { client_id, body } = item;
    if (failure.isFinal) return this.end(failure);
    if (failure.isUnexplained) return this.#onError({ client_id, code: "not_taken" });
    if (!failure.code) return sender.retryLater(item);
    if (failure.code === "bad_photo" && (!body || composer?.restore(body))) sender.withdraw(client_id);
    this.#onError({ client_id, code: failure.code, message: failure.message });
  }

  /** One round without a socket. Throws where it didn't get through. */
  async poll() {
    try {
      await this.#exchange();
    } catch (/** @type {any} */ failure) {
      if (failure.isFinal) this.end(failure);
      throw failure;
    }
  }

  /** Posts what is due, then sees what there is. */
  async #exchange() {
    const { outbox, api, feed } = this.#parts;
    for (const item of outbox.due.filter(({ picture }) => !picture)) {
      try {
        this.#message(await api.post(item));
      } catch (/** @type {any} */ failure) {
        if (!failure.code || failure.isFinal) throw failure;
        this.#onError({ ...item, code: failure.code, message: failure.message });
      }
    }
    const page = await api.after(feed.last);
    feed.applyPage(page);
    if (page.more) await feed.backfill();
  }

  /** Whether history knows something that the socket didn't tell. */
  async missed() {
    const { api, feed } = this.#parts;
    return feed.applyPage(await api.after(feed.last)) > 0;
  }

  /** What stands before the oldest entry here, for whoever scrolls up. */
  past = {
    fetch: () => this.#parts.api.before(this.#parts.timeline.first),
    show: (/** @type {import("./transport/frames.js").Page} */ { entries }, /** @type {() => void} */ moved) =>
      this.#parts.scroll.keepPosition(() => {
        this.#parts.timeline.addOlder(entries);
        moved();
      }),
    query: () => `before=${this.#parts.timeline.first}`,
  };

  /** What follows the newest entry here, where the page shows a part from the middle. */
  future = {
    fetch: () => this.#parts.api.after(this.#parts.feed.last, 50),
    show: (/** @type {import("./transport/frames.js").Page} */ page, /** @type {() => void} */ moved) => {
      const { feed, scroll, newest } = this.#parts;
      feed.extend(page);
      moved();
      if (feed.behind) return;
      newest?.remove();
      scroll.reachedEnd();
    },
    query: () => `after=${this.#parts.feed.last}`,
  };

  /** @param {import("./transport/socket.js").Status} status */
  connected(status) {
    const { socket, polling, presence } = this.#parts;
    this.#greeted = false;
    if (status === "open") polling.stop();
    else presence.online(false);
    if (status === "waiting" && socket.failures >= GIVE_UP_AFTER) polling.start();
    if (status === "ended") this.stop();
    this.render();
  }

  /** Signed out, or no such room any more. @param {import("./transport/room_api.js").RequestError} failure */
  end(failure) {
    this.#gone = failure.status === 404;
    this.#parts.socket.end();
    this.stop(); // it may have ended before
  }

  stop() {
    const { polling, feed, sender } = this.#parts;
    polling.stop();
    feed.stop();
    sender.stop();
  }

  render() {
    this.#parts.connection.show(this.#state());
  }

  /** @returns {import("./connection_status.js").State} */
  #state() {
    const { socket, polling } = this.#parts;
    if (this.#gone) return "gone";
    if (socket.status === "ended") return "signedOut";
    if (socket.status === "open") return "live";
    if (!navigator.onLine) return "offline";
    return polling.working ? "slow" : "connecting";
  }
}
