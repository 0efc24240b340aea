/**
 * Notices a connection that is dead without having been closed: a laptop that slept, a network
 * that changed. A page can't see the server's pings, so where doubt is due it asks history: if
 * that fails, or knows what the socket didn't tell, the socket is dead. Where there is nobody to ask,
 * every doubt makes another connection, whose first word says what was missed.
 */

const EVERY = 30_000;

/** Silence of the socket, in ms, that is doubtful for somebody who looks, and who came back. */
const SILENT = 120_000;
const SILENT_ON_RETURN = 15_000;

export class Liveness {
  #socket;
  #missed;
  #silent;
  #ticked = Date.now();

  /**
   * @param {import("./socket.js").Socket} socket
   * @param {() => Promise<boolean>} missed whether history knew more; throws where it can't be had
   * @param {AbortSignal} signal
   * @param {{ silent?: number, onReturn?: number }} [doubtful] ms of silence for somebody who looks, and
   *   who came back
   */
  constructor(socket, missed, signal, { silent = SILENT, onReturn = SILENT_ON_RETURN } = {}) {
    this.#socket = socket;
    this.#missed = missed;
    this.#silent = silent;
    const back = () => document.hidden || this.#doubt(onReturn);
    document.addEventListener("visibilitychange", back, { signal });
    addEventListener("focus", back, { signal });
    addEventListener("online", () => this.#doubt(0), { signal });
    addEventListener("offline", () => this.#doubt(0), { signal });
    const timer = setInterval(() => this.#tick(), EVERY);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  #tick() {
    const slept = Date.now() - this.#ticked > 2 * EVERY;
    this.#ticked = Date.now();
    if (!document.hidden) this.#doubt(slept ? 0 : this.#silent);
  }

  /** @param {number} silent ms of silence from which on it is asked */
  async #doubt(silent) {
    if (this.#socket.status !== "open" || this.#socket.silence < silent) return;
    this.#socket.heard();
    if (await this.#missed().catch(() => true)) this.#socket.reopen();
  }
}
