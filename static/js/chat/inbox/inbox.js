/**
 * `<haggle-inbox>`: a person's own socket, on every page. It keeps the unread badges and the
 * window's title right, and on My Messages the list of conversations.
 *
 * Notify, then fetch: a frame only says which numbers changed, and the list is always the server's own
 * HTML, requested at most once in 400 ms.
 */
import { openStorage } from "../../lib/storage.js";
import { tellWorker } from "../../lib/worker.js";
import { showCount, showTotal } from "./unread_badge.js";
import * as buyerSelect from "./buyer_select.js";
import { isListed, keepRooms, refreshList } from "./inbox_list.js";
import { ConnectionCheck } from "../transport/connection_check.js";
import { Socket } from "../transport/socket.js";
import { sendLeftovers } from "../compose/send_leftovers.js";

/** Several messages at once make one question. */
const COALESCE_MS = 400;

/** After so much silence, whoever comes back gets a new connection. Most of it is silence. */
const IDLE_LIMITS = { idle: Infinity, onReturn: 60_000 };

class Inbox {
  #root;
  #socket;
  #refresh = 0;
  #missed = false;
  /** By this connection. */
  #greeted = false;
  /** How many frames came. */
  #received = 0;

  /** @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(root, signal) {
    this.#root = root;
    this.#socket = new Socket(root.dataset.ws ?? "/ws/inbox", {
      frame: (frame) => this.#onFrame(frame),
      status: (status) => this.#status(status),
      signal,
    });
    new ConnectionCheck(this.#socket, async () => true, signal, IDLE_LIMITS);
    signal.addEventListener("abort", () => clearTimeout(this.#refresh));
    const badge = document.querySelector("[data-unread]");
    showTotal(Number(badge?.getAttribute("data-unread")) || 0);
    this.#socket.open();
    this.#sendLeftovers();
    keepRooms();
    // A page that the browser kept for going back shows what was unread then.
    const [how] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    if (how?.type === "back_forward") this.#refreshSoon();
  }

  #onFrame(frame) {
    this.#received += 1;
    if (frame.type === "hello") this.#begin(frame);
    if (frame.type === "inbox") this.#changed(frame);
    if (frame.type === "notices") this.#ring(frame.unread);
  }

  /**
   * How much waits now; the page may have been made before the last of it came. A greeting that isn't the
   * first says that events were missed.
   */
  #begin({ total, notices = 0 }) {
    this.#ring(notices);
    const made = document.querySelector("[data-unread]")?.getAttribute("data-unread");
    const list = document.querySelector("[data-inbox-list]");
    if (list && (this.#greeted || total !== (Number(made) || 0))) this.#refreshSoon();
    this.#greeted = true;
    showTotal(total);
  }

  /** The bell is a module of its own. @param {number} unread */
  #ring(unread) {
    dispatchEvent(new CustomEvent("haggle:notices", { detail: { unread } }));
  }

  #changed({ room, unread, total }) {
    showTotal(total);
    for (const row of document.querySelectorAll(`[data-room="${CSS.escape(room)}"]`)) {
      showCount(row.querySelector("[data-row-unread]"), unread);
    }
    buyerSelect.showUnread(room, unread);
    if (document.querySelector("[data-inbox-list]") || buyerSelect.isMissing(room)) this.#refreshSoon();
  }

  /** Events during a lost connection were missed, so the server is asked. */
  #status(status) {
    if (status !== "open") this.#greeted = false;
    if (status === "ended") void tellWorker({ type: "forget" }); // signed out, maybe from elsewhere
    if (status === "open" && this.#missed) {
      this.#refreshSoon();
      this.#sendLeftovers();
    }
    this.#missed = status !== "open" && (this.#missed || status !== "connecting");
  }

  #sendLeftovers() {
    const room = document.querySelector("haggle-room");
    sendLeftovers(openStorage(), this.#root.dataset, room?.getAttribute("data-room") ?? undefined);
  }

  #refreshSoon() {
    clearTimeout(this.#refresh);
    if (isListed()) this.#refresh = setTimeout(() => this.#refreshNow(), COALESCE_MS);
  }

  /** A frame that arrived meanwhile is newer than the answer. */
  async #refreshNow() {
    const received = this.#received;
    const total = await refreshList();
    if (received !== this.#received) this.#refreshSoon();
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
