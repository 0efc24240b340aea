/**
 * Presence and typing indicator of the other person. Best effort: shown, never relied on. Key presses
 * are throttled to one frame in 3 s; the indicator has a time to live of 5 s.
 */

/** A key press is sent at most this often, and the indicator fades after this long. */
const TYPING_THROTTLE = 3_000;
const TYPING_TTL = 5_000;

export class Presence {
  #online;
  #typing;
  #send;
  #timer = 0;
  /** The throttle's timer; `#more`: a key was pressed meanwhile, so one more is sent when it ends. */
  #throttle = 0;
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
    if (!online) this.typingStopped();
  }

  /** They type. */
  typing() {
    this.#show(true);
    this.#timer = setTimeout(() => this.#show(false), TYPING_TTL);
  }

  /** They don't, any more. */
  typingStopped() {
    this.#show(false);
  }

  /** This person pressed a key. */
  keyPressed() {
    this.#more = this.#throttle !== 0;
    if (this.#more) return;
    this.#send();
    this.#throttle = setTimeout(() => {
      this.#throttle = 0;
      if (this.#more) this.keyPressed();
    }, TYPING_THROTTLE);
  }

  /** This person's message is off. */
  messageSent() {
    this.#more = false;
  }

  #show(/** @type {boolean} */ typing) {
    clearTimeout(this.#timer);
    if (this.#typing) this.#typing.hidden = !typing;
  }
}
