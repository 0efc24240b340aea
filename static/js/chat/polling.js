/**
 * The conversation without a WebSocket, for networks that don't let one through: every few seconds
 * what is due is posted and history is asked. It goes on beside the socket's own tries, and stops
 * with the first that works; what both send is stored once.
 */

const VISIBLE = 4_000;
const HIDDEN = 30_000;

export class Polling {
  #round;
  #changed;
  #timer = 0;
  #on = false;
  #busy = false;
  #again = false;
  #working = false;

  /**
   * @param {() => Promise<void>} round throws where it didn't get through
   * @param {() => void} changed `working` did
   */
  constructor(round, changed) {
    this.#round = round;
    this.#changed = changed;
  }

  /** Whether the last round got through. */
  get working() {
    return this.#working;
  }

  start() {
    if (this.#on) return;
    this.#on = true;
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
    const wait = document.hidden ? HIDDEN : VISIBLE;
    this.#timer = setTimeout(() => this.now(), this.#again && working ? 0 : wait);
  }
}
