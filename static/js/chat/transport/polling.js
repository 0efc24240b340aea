/**
 * Polling fallback for networks that don't let a WebSocket through: every 4 s (30 s in a hidden tab)
 * what is due is posted and history is asked. It runs beside the socket's own retries and stops with
 * the first that works; what both send is stored once. While nothing gets through the interval backs
 * off with jitter, and is cut short when the network or the reader returns.
 */
import { Backoff } from "../../lib/backoff.js";

const VISIBLE = 4_000;
const HIDDEN = 30_000;

export class Polling {
  #round;
  #changed;
  #backoff;
  #timer = 0;
  #on = false;
  #busy = false;
  #again = false;
  #working = false;

  /**
   * @param {() => Promise<void>} round throws where it didn't get through
   * @param {() => void} changed `working` did
   * @param {AbortSignal} signal
   * @param {Backoff} [backoff] between rounds that didn't
   */
  constructor(round, changed, signal, backoff = new Backoff({ base: VISIBLE, cap: 60_000 })) {
    this.#round = round;
    this.#changed = changed;
    this.#backoff = backoff;
    document.addEventListener("visibilitychange", () => document.hidden || this.now(), { signal });
    addEventListener("online", () => this.now(), { signal });
  }

  /** Whether the last round got through. */
  get working() {
    return this.#working;
  }

  start() {
    if (this.#on) return;
    this.#on = true;
    this.#backoff.reset();
    this.now();
  }

  stop() {
    this.#on = this.#working = false;
    clearTimeout(this.#timer);
  }

  /** Doesn't wait for the next round, where there are rounds; they never overlap. */
  async now() {
    this.#again = true;
    if (!this.#on || this.#busy) return;
    this.#busy = true;
    this.#again = false;
    clearTimeout(this.#timer);
    const working = await this.#round().then(() => true, () => false);
    this.#busy = false;
    if (!this.#on) return;
    this.#working = working;
    this.#changed();
    this.#timer = setTimeout(() => this.now(), this.#wait());
  }

  /** How long until the next round, in ms. */
  #wait() {
    if (!this.#working) return this.#backoff.next() + (document.hidden ? HIDDEN : 0);
    this.#backoff.reset();
    if (this.#again) return 0;
    return document.hidden ? HIDDEN : VISIBLE;
  }
}
