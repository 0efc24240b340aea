/**
 * `<haggle-room>`: one conversation, live. This file only wires; what happens when is in
 * `conversation.js`, what the parts do is in their own files, and none of them knows another.
 *
 *     socket ──frames──▶ feed ──each entry once, in order──▶ timeline, sender, reader
 *     composer ──words──▶ sender ──▶ outbox, bubbles, then socket (polling, where there is none;
 *                                    upload, where there is a picture)
 *
 * Without this script the same page works by its form and links.
 */
import { openStorage } from "../lib/storage.js";
import { backToTheList } from "./back_link.js";
import { Bubbles } from "./compose/pending_messages.js";
import { Composer } from "./compose/composer.js";
import { Connection } from "./connection_status.js";
import { Conversation } from "./conversation.js";
import { Draft } from "./compose/draft.js";
import { Edge } from "./timeline/infinite_scroll.js";
import { Feed } from "./timeline/entry_feed.js";
import { History } from "./transport/room_api.js";
import { Liveness } from "./transport/connection_check.js";
import { Outbox } from "./compose/outbox.js";
import { Polling } from "./transport/polling.js";
import { Presence } from "./presence.js";
import { Reader } from "./timeline/read_tracker.js";
import { Scroll } from "./timeline/scroll_anchor.js";
import { Sender } from "./compose/sender.js";
import { Socket } from "./transport/socket.js";
import { Timeline } from "./timeline/timeline.js";
import { Upload } from "./compose/upload_queue.js";
import { Viewer } from "./timeline/lightbox.js";

/** @param {HTMLElement} root @param {AbortSignal} signal ends everything that is started here */
function wire(root, signal) {
  const { room = "", readBuyer, readSeller, hit } = root.dataset;
  const seat = /** @type {import("./transport/frames.js").Seat} */ (root.dataset.seat);
  const part = (/** @type {string} */ name) =>
    /** @type {any} */ (root.querySelector(`[data-${name}]`));
  const marks = { buyer: Number(readBuyer), seller: Number(readSeller) };
  const store = openStorage();
  const owner = `${room}:${seat}`;

  const talk = new Conversation(seat);
  const socket = new Socket(`/ws/${room}`, {
    frame: (frame) => talk.heard(frame),
    status: (status) => talk.connected(status),
    signal,
  });
  const timeline = new Timeline(part("timeline"), seat);
  const scroll = new Scroll(part("scroll"), part("end"), signal);
  const history = new History(room);
  const outbox = new Outbox(store, owner);
  const bubbles = new Bubbles(part("timeline"), part("pending"), {
    retry: (id) => talk.retry(id),
    edit: (id) => talk.edit(id),
    discard: (id) => talk.discard(id),
  }, signal);
  const composer = part("composer") && new Composer(part("composer"), {
    draft: new Draft(store, owner),
    room: root,
    say: (body, product, picture) => talk.say(body, product, picture),
    typing: () => talk.presence.type(),
    signal,
  });

  talk.begin({
    socket,
    timeline,
    scroll,
    history,
    outbox,
    composer,
    connection: new Connection(part("connection"), signal),
    polling: new Polling(() => talk.poll(), () => talk.render(), signal),
    feed: new Feed({
      last: timeline.last,
      behind: part("later") !== null,
      after: (seq) => history.after(seq),
      show: (entries) => talk.show(entries),
      read: (read) => talk.read(read),
      ended: (failure) => talk.end(failure),
    }),
    sender: new Sender({
      outbox,
      bubbles,
      transmit: (item) => talk.transmit(item),
      unanswered: () => socket.reopen(),
      away: () => talk.away,
    }),
    upload: new Upload({
      post: (item, signal) => history.post(item, signal),
      stored: (entry) => talk.uploaded(entry),
      failed: (item, failure) => talk.notUploaded(item, failure),
    }),
    reader: new Reader({
      seat,
      mark: marks[seat],
      send: (seq) => talk.seen(seq),
      signal,
    }),
    presence: new Presence({
      online: part("presence"),
      typing: part("typing"),
      send: () => socket.send({ type: "typing" }),
    }),
    newest: part("newest"),
  }, marks, hit ? root.querySelector(`#entry_${hit}`) : null, part("unread-line"));

  // With a mouse one comes to write; on a phone the keyboard would cover what was said.
  const writes = matchMedia("(hover: hover) and (pointer: fine)").matches && part("back") && !hit;
  if (writes && document.activeElement === document.body) composer?.focus();

  new Liveness(socket, () => talk.missed(), signal);
  if (part("back")) backToTheList(part("back"), signal);
  new Viewer(part("viewer"), part("timeline"), signal);
  if (part("older")) new Edge(part("older"), scroll.box, talk.past, signal);
  if (part("later")) new Edge(part("later"), scroll.box, talk.future, signal);
  addEventListener("beforeunload", (event) => outbox.fleeting && event.preventDefault(), { signal });
  for (const event of ["online", "offline"]) {
    addEventListener(event, () => talk.render(), { signal });
  }
  signal.addEventListener("abort", () => talk.stop());
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
