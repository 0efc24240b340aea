/**
 * `<haggle-room>`: one conversation, live. Composition root: makes the parts and hands them to the
 * mediator (`conversation.js`), which says what each event calls.
 *
 *     socket ──frames──▶ feed ──each entry once, in order──▶ timeline, sender, read tracker
 *     composer ──text──▶ sender ──▶ outbox, pending bubble, then transport: socket, else polling;
 *                                   upload queue, where there is a picture
 *
 * Without this script the same page works by its form and links.
 */
import { Events } from "../lib/events.js";
import { openStorage } from "../lib/storage.js";
import { tellWorker } from "../lib/worker.js";
import { linkBackToInbox } from "./back_link.js";
import { Composer } from "./compose/composer.js";
import { Draft } from "./compose/draft.js";
import { Outbox } from "./compose/outbox.js";
import { PendingMessages } from "./compose/pending_messages.js";
import { Sender } from "./compose/sender.js";
import { UploadQueue } from "./compose/upload_queue.js";
import { WorkerOutbox } from "./compose/worker_outbox.js";
import { ConnectionStatus } from "./connection_status.js";
import { Conversation } from "./conversation.js";
import { Presence } from "./presence.js";
import { EntryFeed } from "./timeline/entry_feed.js";
import { InfiniteScroll } from "./timeline/infinite_scroll.js";
import { Lightbox } from "../lib/lightbox.js";
import { laterPages, olderPages } from "./timeline/pages.js";
import { ReadTracker } from "./timeline/read_tracker.js";
import { ScrollAnchor } from "./timeline/scroll_anchor.js";
import { Timeline } from "./timeline/timeline.js";
import { ConnectionCheck } from "./transport/connection_check.js";
import { exchange } from "./transport/exchange.js";
import { Polling } from "./transport/polling.js";
import { RoomApi } from "./transport/room_api.js";
import { RoomTransport } from "./transport/room_transport.js";
import { Socket } from "./transport/socket.js";

/** @param {HTMLElement} root @param {AbortSignal} signal ends everything that is started here */
function compose(root, signal) {
  const { room = "", readBuyer, readSeller, searchHit } = root.dataset;
  const side = /** @type {import("./transport/frames.js").Side} */ (root.dataset.seat);
  const part = (/** @type {string} */ name) =>
    /** @type {any} */ (root.querySelector(`[data-${name}]`));
  const marks = { buyer: Number(readBuyer), seller: Number(readSeller) };
  const store = openStorage();
  const owner = `${room}:${side}`;

  const events = new Events();
  const { emit } = events;
  const api = new RoomApi(room);
  const timeline = new Timeline(part("timeline"), side);
  const scroll = new ScrollAnchor(part("scroll"), part("end"), signal);
  const feed = new EntryFeed({
    last: Math.max(timeline.last, Number(root.dataset.last ?? 0)),
    behind: part("later") !== null,
    rev: root.dataset.rev ? Number(root.dataset.rev) : null,
    after: (seq, rev) => api.after(seq, 100, rev),
    latest: () => api.latest(),
    emit,
  });
  const copy = new WorkerOutbox(room, () => transport.isCutOff);
  const outbox = new Outbox(store, owner, Date.now, copy);
  const uploads = new UploadQueue({ post: (item, signal) => api.post(item, signal), emit });
  const socket = new Socket(`/ws/${room}`, {
    frame: (frame) => emit(`frame:${frame.type}`, frame),
    status: (status) => {
      emit("status", status);
      if (transport.isCutOff) copy.copyDue(outbox);
    },
    signal,
  });
  const polling = new Polling(() => exchange({ outbox, api, feed, emit }), () => emit("connectivity"), signal);
  const transport = new RoomTransport({ socket, polling, api, uploads });
  const composer = part("composer") && new Composer(part("composer"), {
    draft: new Draft(store, owner),
    room: root,
    emit,
    signal,
  });

  const conversation = new Conversation(side, {
    events,
    transport,
    timeline,
    scroll,
    feed,
    outbox,
    composer,
    uploads,
    sender: new Sender({
      outbox,
      pending: new PendingMessages(part("timeline"), part("pending-template"), { emit, signal }),
      transmit: (item) => transport.transmit(item),
      isOffline: () => transport.isOffline,
      emit,
    }),
    readTracker: new ReadTracker({
      side,
      mark: marks[side],
      send: (seq) => transport.markRead(seq),
      sendShown: (seq) => transport.markShown(seq),
      signal,
    }),
    connectionStatus: new ConnectionStatus(part("connection"), signal),
    presence: new Presence({
      online: part("presence"),
      typing: part("typing"),
      send: () => transport.sendTyping(),
    }),
    goToEnd: () => part("newest") && location.assign(part("newest").href),
  });
  /** @type {HTMLElement | null} */
  const hit = searchHit ? root.querySelector(`#entry_${searchHit}`) : null;
  hit?.classList.add("is-hit");
  conversation.begin(marks, { hit, unread: part("unread-line") });

  // With a mouse one comes to write; on a phone the keyboard would cover the conversation.
  const writes = matchMedia("(hover: hover) and (pointer: fine)").matches && part("back") && !searchHit;
  if (writes && document.activeElement === document.body) composer?.focus();

  new ConnectionCheck(socket, async () => (await feed.poll()) > 0, signal);
  if (part("back")) linkBackToInbox(part("back"), signal);
  new Lightbox(part("lightbox"), part("timeline"), "a.bubble-photo", signal);
  const pages = { api, timeline, feed, scroll };
  if (part("older")) new InfiniteScroll(part("older"), scroll.box, olderPages(pages, Number(root.dataset.first ?? 0)), signal);
  if (part("later")) new InfiniteScroll(part("later"), scroll.box, laterPages(pages, part("newest")), signal);
  addEventListener("beforeunload", (event) => outbox.isVolatile && event.preventDefault(), { signal });
  copy.follow(outbox, signal);
  keepUpToDate(`/rooms/${room}`, timeline, signal);
  for (const event of ["online", "offline"]) {
    addEventListener(event, () => emit("connectivity"), { signal });
  }
  signal.addEventListener("abort", () => emit("closed"));
}

/** What came while the page was open is in the kept copy, too, when it is left. */
function keepUpToDate(path, timeline, signal) {
  let kept = timeline.last;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden || timeline.last === kept || !navigator.onLine) return;
    kept = timeline.last;
    void tellWorker({ type: "keep", rooms: [{ path, stamp: `left at ${kept}` }] });
  }, { signal });
}

customElements.define("haggle-room", class extends HTMLElement {
  #life = new AbortController();

  connectedCallback() {
    // A page of another version, from a node that isn't upgraded yet, works by its form.
    if (!this.querySelector("[data-pending-template]")) return;
    this.#life = new AbortController();
    compose(this, this.#life.signal);
  }

  disconnectedCallback() {
    this.#life.abort();
  }
});
