/**
 * Scroll anchoring. A reader at the end stays at the end whatever is added; anywhere else nothing
 * moves under them, and a button leads to the end and counts what is new. A page that shows a part
 * from the middle of the conversation has no such end.
 */
import { showCount } from "../inbox/unread_badge.js";
import { toEnd } from "../strings.js";

/** How near the end counts as the end, in pixels. */
const NEAR = 48;

export class ScrollAnchor {
  #box;
  #button;
  #atEnd = true;
  #endless = false;
  #top = 0;
  /** What came since the reader was at the end. */
  #unseen = 0;

  /** @param {HTMLElement} box @param {HTMLElement | null} button leads to the end */
  constructor(box, button, /** @type {AbortSignal} */ signal) {
    this.#box = box;
    this.#button = button;
    box.style.overflowAnchor = "none";
    box.addEventListener("scroll", () => this.#onScroll(), { signal, passive: true });
    button?.addEventListener("click", () => this.#jumpToEnd(), { signal });
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
    this.#reachEnd();
  }

  /** Begins with an entry in the middle instead. @param {HTMLElement} entry @param {boolean} endless */
  startAt(entry, endless) {
    const free = this.#box.clientHeight - entry.getBoundingClientRect().height;
    this.#beginAt(entry, endless, Math.max(0, free / 2));
  }

  /** Begins with a line at the top. @param {HTMLElement} line @param {boolean} endless */
  startBelow(line, endless) {
    this.#beginAt(line, endless, 0);
  }

  #beginAt(/** @type {HTMLElement} */ place, /** @type {boolean} */ endless, /** @type {number} */ above) {
    this.#endless = endless;
    this.#atEnd = false;
    const [top, box] = [place.getBoundingClientRect().top, this.#box.getBoundingClientRect().top];
    this.#box.scrollTop += top - box - above;
    this.#onScroll();
  }

  /** From now on the end is that of the conversation. */
  reachedEnd() {
    this.#endless = false;
    this.#onScroll();
  }

  /** Something was added at the end. @param {number} news how much of it by somebody else */
  contentAdded(news) {
    this.#unseen += news;
    if (this.#atEnd) this.toEnd();
    else this.#onScroll();
  }

  /** Does what changes the list above the reader, who keeps seeing what they saw. */
  keepPosition(/** @type {() => void} */ change) {
    const fromEnd = this.#box.scrollHeight - this.#box.scrollTop;
    change();
    if (this.#atEnd) this.toEnd();
    else this.#box.scrollTop = this.#top = this.#box.scrollHeight - fromEnd;
  }

  /** Does what changes entries anywhere; the first one in view stays where it is. */
  keepInView(/** @type {() => void} */ change) {
    if (this.#atEnd) {
      change();
      return this.toEnd();
    }
    const top = this.#box.getBoundingClientRect().top;
    const entries = [...this.#box.querySelectorAll("[data-seq]")];
    const anchor = entries.find((entry) => entry.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    const after = anchor?.id ? this.#box.querySelector(`#${CSS.escape(anchor.id)}`) : null;
    if (after) this.#box.scrollTop += after.getBoundingClientRect().top - before;
    this.#onScroll();
  }

  #onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const left = scrollHeight - scrollTop - clientHeight;
    if (left < NEAR) this.#reachEnd();
    else if (scrollTop < this.#top) this.#atEnd = false;
    this.#top = scrollTop;
    this.#showButton(left > clientHeight);
  }

  #reachEnd() {
    if (this.#endless) return;
    this.#atEnd = true;
    this.#top = this.#box.scrollTop;
    this.#unseen = 0;
    this.#showButton(false);
  }

  /** The way to the end, where it is far or something came. */
  #showButton(/** @type {boolean} */ far) {
    const button = this.#button;
    if (!button) return;
    button.hidden = this.#endless || this.#atEnd || !(far || this.#unseen > 0);
    button.setAttribute("aria-label", toEnd(this.#unseen));
    showCount(button.querySelector("[data-end-count]"), this.#unseen);
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** The button vanishes with it, so the keyboard goes on in the list. */
  #jumpToEnd() {
    this.toEnd();
    this.focus();
  }
}
