import { KINDS, refusal } from "./photo_rules.js";

/**
 * `<haggle-photo-picker>`: shows the photos chosen in its file input before they are sent, takes
 * files that are dropped on it, and says early what the server would refuse.
 *
 * The input stays what is sent; without this it works as browsers make it.
 */
class PhotoPicker extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.preview = this.querySelector("[data-photo-preview]");
    this.drop = this.querySelector(".photo-drop");
    this.input.addEventListener("change", () => this.show());
    for (const kind of ["dragenter", "dragover"]) this.drop.addEventListener(kind, (event) => this.over(event));
    for (const kind of ["dragleave", "drop"]) {
      this.drop.addEventListener(kind, () => this.drop.classList.remove("is-over"));
    }
    this.drop.addEventListener("drop", (event) => this.take(event));
    this.show();
  }

  /** @param {DragEvent} event */
  over(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.drop.classList.add("is-over");
  }

  /** Dropped files join the chosen ones. @param {DragEvent} event */
  take(event) {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    const all = new DataTransfer();
    for (const file of [...this.input.files, ...event.dataTransfer.files]) all.items.add(file);
    this.input.files = all.files;
    this.show();
  }

  show() {
    const files = [...this.input.files];
    this.input.setCustomValidity(refusal(files, Number(this.dataset.room)));
    if (files.length > 0) this.input.reportValidity();
    for (const shown of this.preview.querySelectorAll("img")) URL.revokeObjectURL(shown.src);
    this.preview.replaceChildren(...files.filter((file) => KINDS.includes(file.type)).map((file) => this.item(file)));
    this.preview.hidden = this.preview.childElementCount === 0;
  }

  /** @param {File} file */
  item(file) {
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const photo = item.querySelector("img");
    photo.src = URL.createObjectURL(file);
    photo.alt = file.name;
    return item;
  }
}

customElements.define("haggle-photo-picker", PhotoPicker);
