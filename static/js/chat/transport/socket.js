/**
 * A WebSocket that reconnects: exponential back-off with jitter after any loss, at once when the
 * network, the page or its reader returns, and never again after `ACCESS_ENDED`.
 *
 * Delivery isn't guaranteed: the listener asks history after every `open`.
 *
 * @typedef {"connecting" | "open" | "waiting" | "ended" | "closed"} Status
 */
import { Backoff } from "../../lib/backoff.js";
import { parse } from "./frames.js";

const RESTARTING = 1012;
const ACCESS_ENDED = 4401;
const TOO_FAST = 4429;

/** How long the server may take to accept, and how long a connection must last to count as good. */
const CONNECT_TIMEOUT = 10_000;
const STABLE_AFTER = 5_000;

/**
 * How long to wait after a close, in milliseconds; null is for ever.
 * @param {number} code the close code
 * @param {Backoff} backoff
 */
export function waitAfter(code, backoff) {
  if (code === ACCESS_ENDED) return null;
  const wait = backoff.next();
  if (code === TOO_FAST) return wait + 5_000;
  if (code === RESTARTING) return Math.max(wait, 300 + backoff.random() * 1_700);
  return wait;
}

export class Socket {
  #path;
  #onFrame;
  #onStatus;
  /** @type {WebSocket | null} */
  #ws = null;
  /** @type {Status} */
  #status = "closed";
  #backoff = new Backoff();
  #timer = 0;
  #openedAt = 0;
  #lastReceivedAt = 0;

  /**
   * @param {string} path
   * @param {{ frame: (frame: any) => void, status?: (status: Status) => void,
   *           signal: AbortSignal }} parts `signal` ends it all
   */
  constructor(path, { frame, status = () => {}, signal }) {
    this.#path = path;
    this.#onFrame = frame;
    this.#onStatus = status;
    signal.addEventListener("abort", () => this.close());
    addEventListener("online", () => this.reconnectNow(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.reconnectNow(), { signal });
    addEventListener("pagehide", () => this.close(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.open(), { signal });
  }

  get status() {
    return this.#status;
  }

  /** How many times in a row it couldn't be had, or didn't last. */
  get failures() {
    return this.#backoff.attempt;
  }

  /** Milliseconds since the last frame. */
  get idleMs() {
    return Date.now() - this.#lastReceivedAt;
  }

  /** It is known to be alive, whichever way. */
  markAlive() {
    this.#lastReceivedAt = Date.now();
  }

  open() {
    if (this.#status === "closed") this.#connect();
  }

  /** Tries now instead of waiting on. */
  reconnectNow() {
    if (this.#status === "waiting") this.#connect();
  }

  /** Gives up a connection that seems dead, and makes another. */
  reconnect() {
    if (this.#status === "open") this.#onClose(0);
  }

  /** Access ended: whatever happens, it doesn't connect again. */
  end() {
    this.#discard();
    this.#setStatus("ended");
  }

  /** Until `open` is called again. */
  close() {
    if (this.#status === "ended") return;
    this.#discard();
    this.#setStatus("closed");
  }

  /** @param {object} frame @returns {boolean} whether it was handed to an open connection */
  send(frame) {
    if (this.#status !== "open" || this.#ws?.readyState !== WebSocket.OPEN) return false;
    this.#ws.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    this.#discard();
    const ws = new WebSocket(new URL(this.#path, location.href.replace(/^http/, "ws")));
    this.#ws = ws;
    this.#setStatus("connecting");
    this.#timer = setTimeout(() => this.#onClose(0), CONNECT_TIMEOUT);
    ws.onopen = () => {
      clearTimeout(this.#timer);
      this.#openedAt = Date.now();
      this.markAlive();
      this.#setStatus("open");
    };
    ws.onmessage = ({ data }) => {
      this.markAlive();
      const frame = parse(data);
      if (frame) this.#onFrame(frame);
    };
    ws.onclose = ({ code }) => this.#onClose(code);
  }

  /** @param {number} code */
  #onClose(code) {
    if (this.#openedAt && Date.now() - this.#openedAt > STABLE_AFTER) this.#backoff.reset();
    this.#discard();
    const wait = waitAfter(code, this.#backoff);
    if (wait === null) return this.end();
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#setStatus("waiting");
  }

  /** Lets go of the connection: later events of it are ignored. */
  #discard() {
    clearTimeout(this.#timer);
    this.#openedAt = 0;
    const ws = this.#ws;
    this.#ws = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
  }

  /** @param {Status} status */
  #setStatus(status) {
    if (this.#status === status) return;
    this.#status = status;
    this.#onStatus(status);
  }
}
