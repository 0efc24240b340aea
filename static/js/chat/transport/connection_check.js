/**
 * Half-open connection detection: finds a connection that is dead without having been closed (a
 * laptop that slept, a network that changed). A page can't see the server's pings, so after an idle
 * time it asks history: if that fails, or has something that the socket didn't deliver, the socket is
 * dead. Where there is no history to ask, it reconnects instead, and the `hello` says what was missed.
 */

const CHECK_INTERVAL = 30_000;

/** Silence of the socket, in ms, that is too long for somebody who looks, and who came back. */
const IDLE_WATCHED = 120_000;
const IDLE_ON_RETURN = 15_000;

export class ConnectionCheck {
  #socket;
  #missed;
  #idle;
  #ticked = Date.now();

  /**
   * @param {import("./socket.js").Socket} socket
   * @param {() => Promise<boolean>} missed whether history knew more; throws where it can't be had
   * @param {AbortSignal} signal
   * @param {{ idle?: number, onReturn?: number }} [limits] ms of silence for somebody who looks, and
   *   who came back
   */
  constructor(socket, missed, signal, { idle = IDLE_WATCHED, onReturn = IDLE_ON_RETURN } = {}) {
    this.#socket = socket;
    this.#missed = missed;
    this.#idle = idle;
    const back = () => document.hidden || this.#check(onReturn);
    document.addEventListener("visibilitychange", back, { signal });
    addEventListener("focus", back, { signal });
    addEventListener("online", () => this.#check(0), { signal });
    addEventListener("offline", () => this.#check(0), { signal });
    const timer = setInterval(() => this.#tick(), CHECK_INTERVAL);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  #tick() {
    const slept = Date.now() - this.#ticked > 2 * CHECK_INTERVAL;
    this.#ticked = Date.now();
    if (!document.hidden) this.#check(slept ? 0 : this.#idle);
  }

  /** @param {number} idle ms of silence from which on it is asked */
  async #check(idle) {
    if (this.#socket.status !== "open" || this.#socket.idleMs < idle) return;
    this.#socket.markAlive();
    if (await this.#missed().catch(() => true)) this.#socket.reconnect();
  }
}
