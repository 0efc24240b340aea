/**
 * A WebSocket that comes back: after any loss it connects again with growing waits, at once when
 * the network, the page or its reader returns, and never again after `ACCESS_ENDED`.
 *
 * It promises nothing about delivery. Who listens asks history after every `open`.
 *
 * @typedef {"connecting" | "open" | "waiting" | "ended" | "closed"} Status
 */
import { Backoff } from "../../lib/backoff.js";
import { parse } from "./frames.js";

const RESTARTING = 1012;
const ACCESS_ENDED = 4401;
const TOO_FAST = 4429;

/** How long the server may take to accept, and how long a connection must last to count as good. */
const OPENING = 10_000;
const STABLE = 5_000;

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
  #heardAt = 0;

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
    addEventListener("online", () => this.hurry(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry(), { signal });
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

  /** Milliseconds since it last said something. */
  get silence() {
    return Date.now() - this.#heardAt;
  }

  /** It is known to be alive, whichever way. */
  heard() {
    this.#heardAt = Date.now();
  }

  open() {
    if (this.#status === "closed") this.#connect();
  }

  /** Tries now instead of waiting on. */
  hurry() {
    if (this.#status === "waiting") this.#connect();
  }

  /** Gives up a connection that seems dead, and makes another. */
  reopen() {
    if (this.#status === "open") this.#lost(0);
  }

  /** Access ended: whatever happens, it doesn't connect again. */
  end() {
    this.#drop();
    this.#become("ended");
  }

  /** Until `open` is called again. */
  close() {
    if (this.#status === "ended") return;
    this.#drop();
    this.#become("closed");
  }

  /** @param {object} frame @returns {boolean} whether it was handed to an open connection */
  send(frame) {
    if (this.#status !== "open" || this.#ws?.readyState !== WebSocket.OPEN) return false;
    this.#ws.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    this.#drop();
    const ws = new WebSocket(new URL(this.#path, location.href.replace(/^http/, "ws")));
    this.#ws = ws;
    this.#become("connecting");
    this.#timer = setTimeout(() => this.#lost(0), OPENING);
    ws.onopen = () => {
      clearTimeout(this.#timer);
      this.#openedAt = Date.now();
      this.heard();
      this.#become("open");
    };
    ws.onmessage = ({ data }) => {
      this.heard();
      const frame = parse(data);
      if (frame) this.#onFrame(frame);
    };
    ws.onclose = ({ code }) => this.#lost(code);
  }

  /** @param {number} code */
  #lost(code) {
    if (this.#openedAt && Date.now() - this.#openedAt > STABLE) this.#backoff.reset();
    this.#drop();
    const wait = waitAfter(code, this.#backoff);
    if (wait === null) return this.end();
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#become("waiting");
  }

  /** Lets go of the connection: nothing that it still says is heard. */
  #drop() {
    clearTimeout(this.#timer);
    this.#openedAt = 0;
    const ws = this.#ws;
    this.#ws = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
  }

  /** @param {Status} status */
  #become(status) {
    if (this.#status === status) return;
    this.#status = status;
    this.#onStatus(status);
  }
}
