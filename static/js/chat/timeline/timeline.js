/**
 * The rendered list of entries, ordered by `seq` and deduplicated by it, whoever delivers an entry:
 * the page itself, the socket, history, or a bubble that was still pending.
 *
 * Entries are the server's own fragments; no markup is made here. What isn't stored yet (no
 * `data-seq`) stands at the end.
 *
 * @typedef {import("../transport/frames.js").Entry} Entry
 * @typedef {import("../transport/frames.js").Side} Side
 */
import { localTimes, markDay, markDays, neighbour } from "../../lib/time.js";

export class Timeline {
  #list;
  #side;
  #seen = 0;

  /** @param {HTMLElement} list @param {Side} side the reader's */
  constructor(list, side) {
    this.#list = list;
    this.#side = side;
    localTimes(list);
    for (const entry of this.entries) markDay(entry);
  }

  /** @returns {HTMLElement[]} the stored ones, ascending */
  get entries() {
    return [...this.#list.querySelectorAll(":scope > [data-seq]")];
  }

  /** The seq of the oldest and of the newest stored entry here; 0 where there is none. */
  get first() {
    return seqOf(this.entries[0]);
  }
  get last() {
    return seqOf(this.entries.at(-1));
  }

  /**
   * @param {Entry} entry
   * @param {boolean} [live] it happens now, so it may move
   * @returns {HTMLElement | null} null when it is here already, or can't be shown
   */
  add({ seq, html }, live = false) {
    if (this.#find(seq)) return null;
    const entry = fragment(html);
    if (!entry) return null;
    entry.classList.toggle("is-new", live);
    this.#put(entry);
    localTimes(entry);
    markDay(entry);
    markDay(neighbour(entry, "nextElementSibling"));
    if (entry.dataset.day) markDays(this.#list);
    this.#markSeen(entry);
    return entry;
  }

  /**
   * Shows an entry that is here as it looks now: at its place, with what the page knows of it.
   * @param {Pick<Entry, "seq" | "html">} entry
   * @returns {HTMLElement | null} what stands there now; null where nothing changed, or it isn't here
   */
  replace({ seq, html }) {
    const shown = this.#find(seq);
    const entry = fragment(html);
    if (!shown || !entry || entry.dataset.seq !== shown.dataset.seq) return null;
    if (pristine(shown).isEqualNode(pristine(entry))) return null;
    const focus = focusables(shown).indexOf(/** @type {any} */ (document.activeElement));
    entry.classList.toggle("is-hit", shown.classList.contains("is-hit"));
    shown.replaceWith(entry);
    localTimes(entry);
    markDay(entry);
    this.#markSeen(entry);
    focusables(entry)[focus]?.focus({ preventScroll: true });
    return entry;
  }

  /**
   * Whether another entry stands under this number: the server gave it a second time.
   * @param {Partial<Entry> & { seq: number }} entry
   */
  conflictsWith({ seq, client_id }) {
    const shown = this.#find(seq)?.dataset.clientId;
    return Boolean(shown && client_id && shown !== client_id);
  }

  /** The server has nothing after `last`, and read marks no further. @param {number} last */
  truncate(last) {
    for (const entry of this.entries) if (seqOf(entry) > last) entry.remove();
    this.#seen = Math.min(this.#seen, last);
  }

  /** The product that this entry introduces. @param {HTMLElement | null} entry */
  introduced(entry) {
    const title = entry?.querySelector(".divider-title")?.textContent;
    return title ? { title, state: entry?.querySelector(".divider-state")?.textContent ?? "" } : undefined;
  }

  /** A product stands elsewhere now; "" is for sale. */
  productState(/** @type {number} */ product, /** @type {string} */ label) {
    for (const card of this.#list.querySelectorAll(`[data-divider][href="/products/${product}"]`)) {
      let state = card.querySelector(".divider-state");
      if (!state) {
        state = document.createElement("span");
        state.className = "divider-state";
        card.append(state);
      }
      state.textContent = label;
    }
  }

  /** Adds a page of history above what is here, without telling it to screen readers as news. */
  addOlder(/** @type {Entry[]} */ entries) {
    this.stopAnnouncing();
    for (const entry of entries) this.add(entry);
  }

  /** What is added just now is no news for screen readers. */
  stopAnnouncing() {
    this.#list.setAttribute("aria-live", "off");
    setTimeout(() => this.#list.removeAttribute("aria-live"), 500);
  }

  /** The other side has read up to here. @param {number} seq */
  seen(seq) {
    if (!(seq > this.#seen)) return;
    this.#seen = seq;
    for (const entry of this.entries) this.#markSeen(entry);
  }

  /** @returns {HTMLElement | null} */
  #find(/** @type {number} */ seq) {
    return this.#list.querySelector(`:scope > [data-seq="${Number(seq)}"]`);
  }

  #markSeen(/** @type {HTMLElement} */ entry) {
    const own = entry.dataset.from === this.#side;
    if (own && seqOf(entry) <= this.#seen) entry.setAttribute("data-seen", "");
  }

  #put(/** @type {HTMLElement} */ entry) {
    let before = this.#list.lastElementChild;
    while (before && !(seqOf(before) < seqOf(entry))) before = before.previousElementSibling;
    if (before) before.after(entry);
    else this.#list.prepend(entry);
  }
}

/** @returns {number} NaN for what isn't stored, 0 for nothing */
const seqOf = (entry) => (entry ? Number(entry.dataset.seq) : 0);

/** @returns {HTMLElement | null} the server's fragment as an element */
function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html ?? "";
  const entry = template.content.firstElementChild;
  return entry instanceof HTMLElement && entry.dataset.seq ? entry : null;
}

/** The entry as the server drew it, without what this page wrote into it: for comparing two drawings. */
function pristine(/** @type {HTMLElement} */ entry) {
  const copy = /** @type {HTMLElement} */ (entry.cloneNode(true));
  copy.classList.remove("is-new", "is-hit");
  copy.removeAttribute("data-day");
  copy.removeAttribute("data-seen");
  for (const image of copy.querySelectorAll("img")) image.removeAttribute("style");
  for (const time of copy.querySelectorAll("time")) {
    time.removeAttribute("title");
    time.textContent = "";
  }
  return copy;
}

const focusables = (/** @type {HTMLElement} */ entry) => {
  /** @type {NodeListOf<HTMLElement>} */
  const found = entry.querySelectorAll("a[href], button");
  return [...found];
};
