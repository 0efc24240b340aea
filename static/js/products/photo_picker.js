import { KINDS, refusal } from "./photo_rules.js";

/**
 * `<haggle-photo-picker>`: shows the photos chosen in its file input before they are sent, each
 * with a button to take it away, and says early what the server would refuse. Files that are chosen
 * later, taken with the camera or dropped on it join those that are there.
 *
 * The input stays what is sent; without this it works as browsers make it.
 */
class PhotoPicker extends HTMLElement {
  connectedCallback() {
    /** @type {HTMLInputElement} */
    this.input = this.querySelector("input[type=file]");
    /** @type {HTMLElement} */
    this.preview = this.querySelector("[data-photo-preview]");
    /** @type {HTMLElement} */
    this.drop = this.querySelector(".photo-drop");
    /** A file input forgets what it held as soon as something else is chosen. @type {File[]} */
    this.files = [];
    this.input.addEventListener("change", () => this.add(this.input.files));
    this.drop.addEventListener("dragenter", (event) => this.over(event));
    this.drop.addEventListener("dragover", (event) => this.over(event));
    for (const kind of ["dragleave", "drop"]) {
      this.drop.addEventListener(kind, () => this.drop.classList.remove("is-over"));
    }
    this.drop.addEventListener("drop", (event) => this.take(event));
    this.add(this.input.files);
    /** @type {HTMLButtonElement | null} */
    const camera = this.querySelector("[data-camera]");
    if (!camera) return;
    camera.hidden = false;
    camera.addEventListener("click", () => this.photograph());
  }

  /** Straight to the camera. The field itself, which is sent, stays the only one of the form. */
  photograph() {
    const taken = document.createElement("input");
    Object.assign(taken, { type: "file", accept: "image/*" });
    taken.setAttribute("capture", "environment");
    taken.addEventListener("change", () => this.add(taken.files ?? []));
    taken.click();
  }

  /** @param {DragEvent} event */
  over(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.drop.classList.add("is-over");
  }

  /** @param {DragEvent} event */
  take(event) {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.add(event.dataTransfer.files);
  }

  /** @param {Iterable<File>} files */
  add(files) {
    this.files.push(...files);
    this.show();
    if (this.files.length > 0) this.input.reportValidity();
  }

  /** The focus goes to the button of the next one. @param {File} file */
  takeAway(file) {
    const at = this.files.indexOf(file);
    this.files.splice(at, 1);
    this.show();
    const buttons = this.preview.querySelectorAll("button");
    (buttons[Math.min(at, buttons.length - 1)] ?? this.input).focus();
  }

  show() {
    const all = new DataTransfer();
    for (const file of this.files) all.items.add(file);
    this.input.files = all.files;
    this.input.setCustomValidity(refusal(this.files, Number(this.dataset.room)));
    for (const shown of this.preview.querySelectorAll("img")) URL.revokeObjectURL(shown.src);
    this.preview.replaceChildren(...this.files.map((file) => this.item(file)));
    this.preview.hidden = this.files.length === 0;
  }

  /** @param {File} file */
  item(file) {
    const template = this.querySelector("template").content.firstElementChild;
    const item = /** @type {Element} */ (template.cloneNode(true));
    const [first, name, button] = item.children;
    const photo = /** @type {HTMLImageElement} */ (first);
    if (KINDS.includes(file.type)) {
      photo.src = URL.createObjectURL(file);
      photo.alt = file.name;
      name.remove();
    } else {
      name.textContent = file.name;
      photo.remove();
    }
    button.setAttribute("aria-label", `Take away ${file.name}`);
    button.addEventListener("click", () => this.takeAway(file));
    return item;
  }
}

customElements.define("haggle-photo-picker", PhotoPicker);
