/**
 * The message form. Enter sends and Shift+Enter breaks the line; with a screen keyboard only, Enter
 * breaks the line and the button sends. Enter that ends an IME composition (Japanese, Chinese,
 * Korean, accents) never sends.
 *
 * What was typed is in the draft until it is sent, and in the outbox from then on.
 */
import { clean, length, LIMIT } from "./message_body.js";
import { AttachmentField } from "./attachment.js";
import { FITS, TOO_LONG, tooLong } from "../strings.js";

/** The key code that Safari gives an Enter which only ended a composition. */
const COMPOSING = 229;

export class Composer {
  #form;
  #text;
  #error;
  #alert;
  #draft;
  #emit;
  #picture;

  /**
   * @param {HTMLFormElement} form
   * @param {object} parts
   * @param {import("./draft.js").Draft} parts.draft
   * @param {HTMLElement} parts.room where pictures may be dropped
   * @param {import("../../lib/events.js").Emit} parts.emit `composed` `{ body, product, picture }`; `keyPressed`
   * @param {AbortSignal} parts.signal
   */
  constructor(form, { room, draft, emit, signal }) {
    this.#form = form;
    this.#text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
    this.#error = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
    this.#alert = /** @type {HTMLElement} */ (form.querySelector("[data-alert]"));
    this.#draft = draft;
    this.#emit = emit;
    this.#picture = new AttachmentField(form, {
      room,
      complain: (sentence) => this.complain(sentence),
      // Where there is only the screen's keyboard, it would cover the picture.
      chosen: () => matchMedia("(hover: hover)").matches && this.#text.focus(),
      signal,
    });
    form.noValidate = true;
    this.#text.removeAttribute("maxlength"); // counts UTF-16 units; the limit is in characters
    draft.about(this.#product?.value ?? "");
    if (!this.#text.value) this.#text.value = draft.text;
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#text.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#text.addEventListener("input", () => {
      this.#changed();
      if (this.#text.value) emit("keyPressed");
    }, { signal });
    this.#changed(); // somebody may have typed before this script was here
  }

  /**
   * What the next message is about, as the conversation moves on. On a product's own page it stays
   * that product. Words that are written already go along.
   * @param {number | null | undefined} product @param {{ title: string, state: string }} [introduced]
   */
  about(product, introduced) {
    const field = this.#product;
    const link = this.#form.querySelector("[data-about] a");
    if (!product || !introduced || !field || field.value === String(product) || !link) return;
    if (new URL(this.#form.action).pathname.startsWith("/products/")) return;
    const words = this.#text.value;
    if (words) this.#draft.text = "";
    field.value = String(product);
    this.#draft.about(field.value);
    if (words) this.#draft.text = words;
    else this.restore(this.#draft.text);
    link.textContent = introduced.title;
    link.setAttribute("href", `/products/${product}`);
    link.closest("[data-about]")?.removeAttribute("hidden");
    this.productState(product, introduced.state);
  }

  /** The product stands elsewhere now; "" is for sale. */
  productState(/** @type {number} */ product, /** @type {string} */ label) {
    const state = this.#form.querySelector("[data-about-state]");
    if (state && this.#product?.value === String(product)) state.textContent = label;
  }

  get #product() {
    return /** @type {HTMLInputElement | null} */ (this.#form.elements.namedItem("product_id"));
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  /**
   * A message that couldn't be sent, where nothing else was written or chosen since.
   * @param {string} body @param {import("./attachment.js").Attachment} [picture]
   * @returns {boolean} whether it is here now
   */
  restore(body, picture) {
    if (this.#text.value || (picture && this.#picture.chosen)) return false;
    this.#text.value = body;
    if (picture) this.#picture.restore(picture);
    this.#changed();
    return true;
  }

  /** Says what is wrong, beside the field; nothing takes it back. */
  complain(/** @type {string} */ sentence) {
    this.#show(sentence);
    this.#alert.textContent = sentence;
  }

  #show(/** @type {string} */ sentence) {
    this.#text.setAttribute("aria-invalid", String(sentence !== ""));
    this.#error.textContent = sentence;
    this.#error.hidden = sentence === "";
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    if (event.isComposing || event.keyCode === COMPOSING) return;
    if (matchMedia("(hover: none) and (pointer: coarse)").matches) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submit(/** @type {SubmitEvent} */ event) {
    event.preventDefault();
    // Chosen just now: it is sent when it is known to be a picture.
    const { inspected, picture } = this.#picture;
    if (inspected) return void inspected.then(() => this.#picture.picture && this.#form.requestSubmit());
    const body = clean(this.#text.value);
    if ((body === "" && !picture) || length(body) > LIMIT) return this.#text.focus();
    this.#emit("composed", {
      body,
      product: Number(this.#product?.value) || undefined,
      picture: this.#picture.take() ?? undefined,
    });
    this.#text.value = "";
    this.#form.querySelector("[data-kept-note]")?.remove(); // what was kept is sent
    this.#text.focus();
    this.#changed();
  }

  #changed() {
    const text = this.#text.value;
    this.#draft.text = text;
    const over = length(clean(text)) - LIMIT;
    this.#show(over > 0 ? tooLong(over) : "");
    // Heard where it begins and where it ends, not at every key.
    const before = this.#alert.textContent;
    const heard = over > 0 ? TOO_LONG : before === TOO_LONG ? FITS : "";
    if (heard !== before) this.#alert.textContent = heard;
    this.#fit();
  }

  /** As tall as its words; CSS sets the most. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}
