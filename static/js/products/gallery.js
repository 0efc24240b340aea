import { Lightbox } from "../lib/lightbox.js";

/**
 * `<haggle-gallery>`: a product's photos.
 *
 * The strip scrolls and snaps by itself, so swiping is the browser's own. This adds the buttons, the
 * arrow keys, the count, and thumbnails that move only the strip, not the page.
 */
class Gallery extends HTMLElement {
  #stop = new AbortController();

  disconnectedCallback() {
    this.#stop.abort();
  }

  connectedCallback() {
    /** @type {HTMLElement} */
    this.strip = this.querySelector("[data-gallery-strip]");
    /** @type {HTMLElement[]} */
    this.photos = [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".gallery-photo"))];
    if (!this.strip) return;
    const viewer = /** @type {HTMLDialogElement} */ (this.querySelector("[data-gallery-viewer]"));
    new Lightbox(viewer, this.strip, ".gallery-photo a", this.#stop.signal);
    if (this.photos.length < 2) return;
    /** @type {HTMLButtonElement} */
    this.back = this.querySelector("[data-gallery-back]");
    /** @type {HTMLButtonElement} */
    this.on = this.querySelector("[data-gallery-on]");
    /** @type {HTMLElement} */
    this.count = this.querySelector("[data-gallery-count]");
    /** @type {HTMLElement[]} */
    this.thumbs = [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".gallery-thumb"))];
    for (const part of [this.back, this.on, this.count]) part.hidden = false;

    this.back.addEventListener("click", () => this.show(this.at - 1));
    this.on.addEventListener("click", () => this.show(this.at + 1));
    this.strip.addEventListener("keydown", (event) => this.key(event));
    for (const [at, thumb] of this.thumbs.entries()) {
      thumb.addEventListener("click", (event) => {
        event.preventDefault();
        this.show(at);
      });
    }
    // Whatever moves the strip, the photo that is in its middle counts.
    this.strip.addEventListener("scroll", () => this.mark(this.inSight()), { passive: true });
    this.mark(this.inSight());
  }

  inSight() {
    return Math.round(this.strip.scrollLeft / this.strip.clientWidth) || 0;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const last = this.photos.length - 1;
    const to = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.show(to);
  }

  /** Scrolls to a photo; `mark` follows. @param {number} at */
  show(at) {
    const photo = this.photos[at];
    if (!photo) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const left = photo.offsetLeft - this.photos[0].offsetLeft;
    this.strip.scrollTo({ left, behavior: calm ? "instant" : "smooth" });
  }

  /** @param {number} at */
  mark(at) {
    if (at === this.at) return;
    this.at = at;
    this.back.disabled = this.at === 0;
    this.on.disabled = this.at === this.photos.length - 1;
    this.count.textContent = `${this.at + 1} / ${this.photos.length}`;
    for (const [of, thumb] of this.thumbs.entries()) {
      if (of === this.at) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    }
    this.keepInSight(this.thumbs[this.at]);
  }

  /** Scrolls the row of thumbnails, and nothing around it. @param {HTMLElement | undefined} thumb */
  keepInSight(thumb) {
    const row = thumb?.closest(".gallery-thumbs");
    if (!row) return;
    const inside = thumb.getBoundingClientRect();
    const outside = row.getBoundingClientRect();
    if (inside.left < outside.left) row.scrollLeft -= outside.left - inside.left + 4;
    if (inside.right > outside.right) row.scrollLeft += inside.right - outside.right + 4;
  }
}

customElements.define("haggle-gallery", Gallery);
