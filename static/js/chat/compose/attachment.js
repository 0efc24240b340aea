/**
 * File field for the one picture of the next message: chosen, pasted or dropped, previewed above the
 * text until it is sent or removed. The form's file input holds it, as it does without this script.
 *
 * @typedef {{ file: File, url: string, width: number, height: number }} Attachment `url` shows the file
 *   in this page; width and height are those of the bubble
 */
import { refusal } from "../../products/photo_rules.js";
import { NOT_A_PICTURE, ONE_PICTURE } from "../strings.js";

/** The most pixels a picture is wide or high in a bubble: as the server has it. */
const MAX_SHOWN_SIDE = 320;

export class AttachmentField {
  #input;
  #frame;
  #preview;
  #complain;
  /** @type {Attachment | null} */
  #picture = null;
  /** @type {Promise<void> | null} while the browser still looks at the file */
  #inspecting = null;

  /**
   * @param {HTMLFormElement} form
   * @param {object} parts
   * @param {HTMLElement} parts.room where files may be dropped
   * @param {(sentence: string) => void} parts.complain "" takes it back
   * @param {() => void} parts.chosen there is a picture now
   * @param {AbortSignal} parts.signal
   */
  constructor(form, { room, complain, chosen, signal }) {
    this.#input = /** @type {HTMLInputElement} */ (form.elements.namedItem("photo"));
    this.#frame = /** @type {HTMLElement} */ (form.querySelector("[data-photo]"));
    this.#preview = /** @type {HTMLImageElement} */ (form.querySelector("[data-photo-preview]"));
    this.#complain = complain;
    const inspect = () => {
      this.#inspecting = this.#inspect().finally(() => (this.#inspecting = null));
      chosen();
    };
    this.#input.addEventListener("change", inspect, { signal });
    form.querySelector("[data-photo-remove]")?.addEventListener("click", () => {
      this.clear();
      chosen();
    }, { signal });
    form.addEventListener("paste", ({ clipboardData }) => {
      // A table or a text brings a picture of itself along.
      if (clipboardData?.getData("text/plain")) return;
      if (this.#take(clipboardData)) inspect();
    }, { signal });
    acceptDrops(room, (data) => this.#take(data) && inspect(), signal);
    if (this.#input.files?.length) inspect(); // chosen before this script was there
  }

  /** Resolves when the browser knows what was chosen. */
  get inspected() {
    return this.#inspecting;
  }

  get picture() {
    return this.#picture;
  }

  /** Whether there is a file, inspected or not. */
  get chosen() {
    return Boolean(this.#input.files?.length);
  }

  /** One that was handed on is chosen again. @param {Attachment} picture */
  restore({ file, url }) {
    URL.revokeObjectURL(url);
    this.#choose(file);
    this.#input.dispatchEvent(new Event("change"));
  }

  /** Hands the picture on, or null. */
  take() {
    const picture = this.#picture;
    this.#picture = null;
    this.#empty();
    return picture;
  }

  clear() {
    if (this.#picture) URL.revokeObjectURL(this.#picture.url);
    this.take();
    this.#complain("");
  }

  #empty() {
    this.#input.value = "";
    this.#frame.hidden = true;
    this.#preview.removeAttribute("src");
  }

  /** @param {DataTransfer | null} data @returns {boolean} whether there was a file in it */
  #take(data) {
    const [file] = data?.files ?? [];
    if (!file) return false;
    this.#choose(file);
    if (data && data.files.length > 1) queueMicrotask(() => this.#complain(ONE_PICTURE));
    return true;
  }

  #choose(/** @type {File} */ file) {
    const one = new DataTransfer();
    one.items.add(file);
    this.#input.files = one.files;
  }

  async #inspect() {
    const [file] = this.#input.files ?? [];
    if (this.#picture) URL.revokeObjectURL(this.#picture.url);
    this.#picture = null;
    if (!file) return this.#empty();
    const wrong = refusal([file], 1);
    if (wrong) return this.#refuse(wrong);
    this.#complain("");
    const url = URL.createObjectURL(file);
    this.#preview.src = url;
    this.#frame.hidden = false;
    const readable = await this.#preview.decode().then(() => true, () => false);
    if (this.#input.files?.[0] !== file) return URL.revokeObjectURL(url);
    if (!readable) return this.#refuse(NOT_A_PICTURE);
    const { naturalWidth, naturalHeight } = this.#preview;
    this.#picture = { file, url, ...shown(naturalWidth, naturalHeight) };
  }

  /** @param {string} sentence */
  #refuse(sentence) {
    this.#empty();
    this.#complain(sentence);
  }
}

/** How large a bubble shows a picture. */
export function shown(/** @type {number} */ width, /** @type {number} */ height) {
  const longer = Math.max(width, height);
  if (longer <= MAX_SHOWN_SIDE) return { width, height };
  const scaled = (/** @type {number} */ side) => Math.max(1, Math.floor((side * MAX_SHOWN_SIDE + Math.floor(longer / 2)) / longer));
  return { width: scaled(width), height: scaled(height) };
}

/** @param {HTMLElement} zone @param {(data: DataTransfer | null) => void} take @param {AbortSignal} signal */
function acceptDrops(zone, take, signal) {
  const over = (/** @type {boolean} */ is) => zone.classList.toggle("is-over", is);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      if (!(event instanceof DragEvent) || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    }, { signal });
  }
  zone.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && zone.contains(event.relatedTarget))) over(false);
  }, { signal });
  zone.addEventListener("drop", (event) => {
    over(false);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer);
  }, { signal });
}
