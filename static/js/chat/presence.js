/**
 * What the other one is doing: online or not, typing or not. Only ever shown, never relied on.
 */

/** A key press is told at most this often, and fades after this long. */
const TELL_EVERY = 3_000;
const FADES_AFTER = 5_000;

export class Presence {
  #online;
  #typing;
  #send;
  #timer = 0;
  /** Until this ends nothing more is told; `#more` says whether there will be something then. */
  #told = 0;
  #more = false;

  /**
   * @param {object} parts
   * @param {HTMLElement | null} parts.online shown while they are
   * @param {HTMLElement | null} parts.typing shown while they are
   * @param {() => void} parts.send tells that this person types
   */
  constructor({ online, typing, send }) {
    this.#online = online;
    this.#typing = typing;
    this.#send = send;
  }

  /** @param {boolean} online */
  online(online) {
    if (this.#online) this.#online.hidden = !online;
    if (!online) this.quiet();
  }

  /** They type. */
  typing() {
    this.#show(true);
    this.#timer = setTimeout(() => this.#show(false), FADES_AFTER);
  }

  /** They don't, any more. */
  quiet() {
    this.#show(false);
  }

  /** This person pressed a key. */
  type() {
    this.#more = this.#told !== 0;
    if (this.#more) return;
    this.#send();
    this.#told = setTimeout(() => {
      this.#told = 0;
      if (this.#more) this.type();
    }, TELL_EVERY);
  }

  /** This person's message is off. */
  said() {
    this.#more = false;
  }

  #show(/** @type {boolean} */ typing) {
    clearTimeout(this.#timer);
    if (this.#typing) this.#typing.hidden = !typing;
  }
}
