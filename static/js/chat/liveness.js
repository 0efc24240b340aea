/**
 * Notices a connection that is dead without having been closed: a laptop that slept, a network
 * that changed. A page can't see the server's pings, so where doubt is due it asks history: if
 * that fails, or knows what the socket didn't tell, the socket is dead.
 */

const EVERY = 30_000;

/** Silence of the socket, in ms, that is doubtful for somebody who looks, and who came back. */
const SILENT = 120_000;
const SILENT_ON_RETURN = 15_000;

export class Liveness {
  #socket;
  #missed;
  #ticked = Date.now();

  /**
   * @param {import("./socket.js").Socket} socket
   * @param {() => Promise<boolean>} missed whether history knew more; throws where it can't be had
   * @param {AbortSignal} signal
   */
  constructor(socket, missed, signal) {
    this.#socket = socket;
    this.#missed = missed;
    const back = () => document.hidden || this.#doubt(SILENT_ON_RETURN);
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
    if (!document.hidden) this.#doubt(slept ? 0 : SILENT);
  }

  /** @param {number} silent ms of silence from which on it is asked */
  async #doubt(silent) {
    if (this.#socket.status !== "open" || this.#socket.silence < silent) return;
    this.#socket.heard();
    if (await this.#missed().catch(() => true)) this.#socket.reopen();
  }
}
