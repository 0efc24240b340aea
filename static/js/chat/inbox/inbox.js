/**
 * `<haggle-inbox>`: a person's own socket, on every page. It keeps the unread badges and the
 * window's title right, and on My Messages the list of conversations.
 *
 * A frame only says which numbers changed; the list itself is always the server's own HTML.
 */
import { openStorage } from "../../lib/storage.js";
import { showCount, showTotal } from "./unread_badge.js";
import * as dropdown from "./buyer_select.js";
import { isListed, refreshList } from "./inbox_list.js";
import { Liveness } from "../transport/connection_check.js";
import { Socket } from "../transport/socket.js";
import { sendUnsent } from "../compose/send_leftovers.js";

/** Several messages at once make one question. */
const GATHER = 400;

/** After so much silence, whoever comes back gets a new connection. Most of it is silence. */
const DOUBTFUL = { silent: Infinity, onReturn: 60_000 };

class Inbox {
  #root;
  #socket;
  #refresh = 0;
  #missed = false;
  /** How many frames came. */
  #told = 0;

  /** @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(root, signal) {
    this.#root = root;
    this.#socket = new Socket(root.dataset.ws ?? "/ws/inbox", {
      frame: (frame) => this.#hear(frame),
      status: (status) => this.#status(status),
      signal,
    });
    new Liveness(this.#socket, async () => true, signal, DOUBTFUL);
    signal.addEventListener("abort", () => clearTimeout(this.#refresh));
    const badge = document.querySelector("[data-unread]");
    showTotal(Number(badge?.getAttribute("data-unread")) || 0);
    this.#socket.open();
    this.#sendUnsent();
    // A page that the browser kept for going back shows what was unread then.
    const [how] = performance.getEntriesByType("navigation");
    if (how?.type === "back_forward") this.#refreshSoon();
  }

  #hear(frame) {
    this.#told += 1;
    if (frame.type === "hello") this.#begin(frame);
    if (frame.type === "inbox") this.#changed(frame);
  }

  /** How much waits now; the page may have been made before the last of it came. */
  #begin({ total }) {
    const made = document.querySelector("[data-unread]")?.getAttribute("data-unread");
    const list = document.querySelector("[data-inbox-list]");
    if (list && total !== (Number(made) || 0)) this.#refreshSoon();
    showTotal(total);
  }

  #changed({ room, unread, total }) {
    showTotal(total);
    for (const row of document.querySelectorAll(`[data-room="${CSS.escape(room)}"]`)) {
      showCount(row.querySelector("[data-row-unread]"), unread);
    }
    dropdown.showUnread(room, unread);
    if (document.querySelector("[data-inbox-list]") || dropdown.lacks(room)) this.#refreshSoon();
  }

  /** What happened while there was no connection wasn't told, so the server is asked. */
  #status(status) {
    if (status === "open" && this.#missed) {
      this.#refreshSoon();
      this.#sendUnsent();
    }
    this.#missed = status !== "open" && (this.#missed || status !== "connecting");
  }

  #sendUnsent() {
    const room = document.querySelector("haggle-room");
    sendUnsent(openStorage(), this.#root.dataset, room?.getAttribute("data-room") ?? undefined);
  }

  #refreshSoon() {
    clearTimeout(this.#refresh);
    if (isListed()) this.#refresh = setTimeout(() => this.#refreshNow(), GATHER);
  }

  /** What was told meanwhile is newer than the page that comes. */
  async #refreshNow() {
    const told = this.#told;
    const total = await refreshList();
    if (told !== this.#told) this.#refreshSoon();
    else if (total !== null) showTotal(total);
  }
}

customElements.define("haggle-inbox", class extends HTMLElement {
  #life = new AbortController();

  connectedCallback() {
    this.#life = new AbortController();
    new Inbox(this, this.#life.signal);
  }

  disconnectedCallback() {
    this.#life.abort();
  }
});
