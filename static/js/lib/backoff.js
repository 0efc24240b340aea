/**
 * Growing waits with jitter, so that a thousand tabs which lost the server at the same moment
 * don't come back at the same moment.
 *
 * Every wait lies between half of its step and the whole of it, and steps double up to `cap`.
 */
export class Backoff {
  #attempt = 0;

  /** @param {{ base?: number, cap?: number, random?: () => number }} [options] waits in ms */
  constructor({ base = 500, cap = 30_000, random = Math.random } = {}) {
    this.base = base;
    this.cap = cap;
    this.random = random;
  }

  /** How many waits were asked for since the last `reset`. */
  get attempt() {
    return this.#attempt;
  }

  /** The next wait in milliseconds. */
  next() {
    const step = Math.min(this.cap, this.base * 2 ** this.#attempt);
    this.#attempt += 1;
    return Math.round(step / 2 + (this.random() * step) / 2);
  }

  reset() {
    this.#attempt = 0;
  }
}
