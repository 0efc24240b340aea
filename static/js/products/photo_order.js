/**
 * `<haggle-photo-order>`: the photos that a product has, put in order with buttons instead of by
 * typing places. The fields stay what is sent: the order of the list, and the places in it.
 */
class PhotoOrder extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".photo-list");
    for (const item of this.list.children) {
      const template = this.querySelector("template").content.firstElementChild;
      const buttons = /** @type {Element} */ (template.cloneNode(true));
      const [earlier, later] = buttons.querySelectorAll("button");
      earlier.addEventListener("click", () => this.move(item, item.previousElementSibling, earlier));
      later.addEventListener("click", () => this.move(item, item.nextElementSibling?.nextElementSibling, later));
      /** @type {HTMLInputElement} */
      const place = item.querySelector("[name=order]");
      place.type = "hidden";
      place.closest("label").replaceWith(place, buttons);
      item.querySelector("[name=cover]").addEventListener("change", () => this.move(item, this.list.firstElementChild));
    }
    this.number();
  }

  /**
   * Puts `item` before another one, or at the end.
   * @param {Element} item
   * @param {Element | null | undefined} before
   * @param {HTMLButtonElement} [button] keeps the focus
   */
  move(item, before, button) {
    if (before === item) return;
    this.list.insertBefore(item, before ?? null);
    this.number();
    if (!button) return;
    /** @type {HTMLButtonElement | null} */
    const enabled = button.parentElement.querySelector("button:enabled");
    (button.disabled ? enabled : button)?.focus();
  }

  /** The first photo is the cover. */
  number() {
    const items = [...this.list.children];
    for (const [at, item] of items.entries()) {
      /** @type {HTMLInputElement} */ (item.querySelector("[name=order]")).value = String(at + 1);
      /** @type {HTMLInputElement} */ (item.querySelector("[name=cover]")).checked = at === 0;
      item.querySelector("img").alt = `Photo ${at + 1}`;
      /** @type {HTMLElement} */ (item.querySelector(".tag")).hidden = at !== 0;
      /** @type {NodeListOf<HTMLButtonElement>} */
      const buttons = item.querySelectorAll("[data-photo-move] button");
      const [earlier, later] = buttons;
      earlier.disabled = at === 0;
      later.disabled = at === items.length - 1;
    }
  }
}

customElements.define("haggle-photo-order", PhotoOrder);
