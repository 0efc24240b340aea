/**
 * Where the reader is in the conversation. At the end, they stay at the end whatever grows; away
 * from it, nothing moves under them, and a button says that there is something new. A page that
 * shows a part from the middle has no such end.
 */

/** How near the end counts as the end, in pixels. */
const NEAR = 48;

export class Scroll {
  #box;
  #button;
  #atEnd = true;
  #endless = false;
  #top = 0;

  /** @param {HTMLElement} box @param {HTMLElement | null} button "New messages" */
  constructor(box, button, /** @type {AbortSignal} */ signal) {
    this.#box = box;
    this.#button = button;
    box.style.overflowAnchor = "none";
    box.addEventListener("scroll", () => this.#moved(), { signal, passive: true });
    button?.addEventListener("click", () => this.#follow(), { signal });
    const sizes = new ResizeObserver(() => this.#atEnd && this.toEnd());
    for (const part of [box, ...box.children]) sizes.observe(part);
    signal.addEventListener("abort", () => sizes.disconnect());
    this.toEnd();
  }

  get box() {
    return this.#box;
  }

  toEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#arrive();
  }

  /** Begins at an entry instead. @param {HTMLElement} entry @param {boolean} endless */
  begin(entry, endless) {
    this.#endless = endless;
    this.#atEnd = false;
    const [place, box] = [entry.getBoundingClientRect(), this.#box.getBoundingClientRect()];
    const above = Math.max(0, (box.height - place.height) / 2);
    this.#box.scrollTop += place.top - box.top - above;
    this.#moved();
  }

  /** From now on the end is that of the conversation. */
  ends() {
    this.#endless = false;
    this.#moved();
  }

  /** Something was added at the end. @param {boolean} news by somebody else */
  grew(news) {
    if (this.#atEnd) this.toEnd();
    else if (news && this.#button) this.#button.hidden = false;
  }

  /** Does what changes the list above the reader, who keeps seeing what they saw. */
  hold(/** @type {() => void} */ change) {
    const fromEnd = this.#box.scrollHeight - this.#box.scrollTop;
    change();
    if (this.#atEnd) this.toEnd();
    else this.#box.scrollTop = this.#top = this.#box.scrollHeight - fromEnd;
  }

  #moved() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#arrive();
    else if (scrollTop < this.#top) this.#atEnd = false;
    this.#top = scrollTop;
  }

  #arrive() {
    if (this.#endless) return;
    this.#atEnd = true;
    this.#top = this.#box.scrollTop;
    if (this.#button) this.#button.hidden = true;
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** The button vanishes with it, so the keyboard goes on in the list. */
  #follow() {
    this.toEnd();
    this.focus();
  }
}
