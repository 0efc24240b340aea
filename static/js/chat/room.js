/**
 * `<haggle-room>`: one conversation, live. This file only wires; what happens when is in
 * `conversation.js`, what the parts do is in their own files, and none of them knows another.
 *
 *     socket ──frames──▶ feed ──each entry once, in order──▶ timeline, sender, reader
 *     composer ──words──▶ sender ──▶ outbox, pending, then socket (polling, where there is none;
 *                                    upload, where there is a picture)
 *
 * Without this script the same page works by its form and links.
 */
import { openStorage } from "../lib/storage.js";
import { linkBackToInbox } from "./back_link.js";
import { PendingMessages } from "./compose/pending_messages.js";
import { Composer } from "./compose/composer.js";
import { ConnectionStatus } from "./connection_status.js";
import { Conversation } from "./conversation.js";
import { Draft } from "./compose/draft.js";
import { InfiniteScroll } from "./timeline/infinite_scroll.js";
import { EntryFeed } from "./timeline/entry_feed.js";
import { RoomApi } from "./transport/room_api.js";
import { ConnectionCheck } from "./transport/connection_check.js";
import { Outbox } from "./compose/outbox.js";
import { Polling } from "./transport/polling.js";
import { Presence } from "./presence.js";
import { ReadTracker } from "./timeline/read_tracker.js";
import { ScrollAnchor } from "./timeline/scroll_anchor.js";
import { Sender } from "./compose/sender.js";
import { Socket } from "./transport/socket.js";
import { Timeline } from "./timeline/timeline.js";
import { UploadQueue } from "./compose/upload_queue.js";
import { Lightbox } from "./timeline/lightbox.js";

/** @param {HTMLElement} root @param {AbortSignal} signal ends everything that is started here */
function wire(root, signal) {
  const { room = "", readBuyer, readSeller, searchHit } = root.dataset;
  const seat = /** @type {import("./transport/frames.js").Side} */ (root.dataset.seat);
  const part = (/** @type {string} */ name) =>
    /** @type {any} */ (root.querySelector(`[data-${name}]`));
  const marks = { buyer: Number(readBuyer), seller: Number(readSeller) };
  const store = openStorage();
  const owner = `${room}:${seat}`;

  const conversation = new Conversation(seat);
  const socket = new Socket(`/ws/${room}`, {
    frame: (frame) => conversation.onFrame(frame),
    status: (status) => conversation.connected(status),
    signal,
  });
  const timeline = new Timeline(part("timeline"), seat);
  const scroll = new ScrollAnchor(part("scroll"), part("end"), signal);
  const api = new RoomApi(room);
  const outbox = new Outbox(store, owner);
  const pending = new PendingMessages(part("timeline"), part("pending-template"), {
    retry: (id) => conversation.retry(id),
    edit: (id) => conversation.edit(id),
    discard: (id) => conversation.discard(id),
  }, signal);
  const composer = part("composer") && new Composer(part("composer"), {
    draft: new Draft(store, owner),
    room: root,
    send: (body, product, picture) => conversation.send(body, product, picture),
    typing: () => conversation.presence.keyPressed(),
    signal,
  });

  conversation.begin({
    socket,
    timeline,
    scroll,
    api,
    outbox,
    composer,
    connection: new ConnectionStatus(part("connection"), signal),
    polling: new Polling(() => conversation.poll(), () => conversation.render(), signal),
    feed: new EntryFeed({
      last: timeline.last,
      behind: part("later") !== null,
      after: (seq) => api.after(seq),
      show: (entries) => conversation.show(entries),
      read: (read) => conversation.read(read),
      ended: (failure) => conversation.end(failure),
    }),
    sender: new Sender({
      outbox,
      pending,
      transmit: (item) => conversation.transmit(item),
      unacknowledged: () => socket.reconnect(),
      isOffline: () => conversation.isOffline,
    }),
    upload: new UploadQueue({
      post: (item, signal) => api.post(item, signal),
      stored: (entry) => conversation.uploaded(entry),
      failed: (item, failure) => conversation.notUploaded(item, failure),
    }),
    reader: new ReadTracker({
      seat,
      mark: marks[seat],
      send: (seq) => conversation.markRead(seq),
      signal,
    }),
    presence: new Presence({
      online: part("presence"),
      typing: part("typing"),
      send: () => socket.send({ type: "typing" }),
    }),
    newest: part("newest"),
  }, marks, searchHit ? root.querySelector(`#entry_${searchHit}`) : null, part("unread-line"));

  // With a mouse one comes to write; on a phone the keyboard would cover what was said.
  const writes = matchMedia("(hover: hover) and (pointer: fine)").matches && part("back") && !searchHit;
  if (writes && document.activeElement === document.body) composer?.focus();

  new ConnectionCheck(socket, () => conversation.missed(), signal);
  if (part("back")) linkBackToInbox(part("back"), signal);
  new Lightbox(part("lightbox"), part("timeline"), signal);
  if (part("older")) new InfiniteScroll(part("older"), scroll.box, conversation.past, signal);
  if (part("later")) new InfiniteScroll(part("later"), scroll.box, conversation.future, signal);
  addEventListener("beforeunload", (event) => outbox.isVolatile && event.preventDefault(), { signal });
  for (const event of ["online", "offline"]) {
    addEventListener(event, () => conversation.render(), { signal });
  }
  signal.addEventListener("abort", () => conversation.stop());
}

customElements.define("haggle-room", class extends HTMLElement {
  #life = new AbortController();

  connectedCallback() {
    this.#life = new AbortController();
    wire(this, this.#life.signal);
  }

  disconnectedCallback() {
    this.#life.abort();
  }
});
