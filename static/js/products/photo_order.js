/**
 * `<haggle-photo-order>`: the photos that a product has, put in order with buttons instead of by
 * typing places. The fields stay what is sent: the order of the list, and the places in it.
 */
class PhotoOrder extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".photo-list");
    for (const item of this.list.children) {
      const buttons = this.querySelector("template").content.firstElementChild.cloneNode(true);
      const [earlier, later] = buttons.querySelectorAll("button");
      earlier.addEventListener("click", () => this.move(item, item.previousElementSibling, earlier));
      later.addEventListener("click", () => this.move(item, item.nextElementSibling?.nextElementSibling, later));
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
   * @param {HTMLElement} [button] keeps the focus
   */
  move(item, before, button) {
    if (before === item) return;
    this.list.insertBefore(item, before ?? null);
    this.number();
    if (button) (button.disabled ? button.parentElement.querySelector("button:enabled") : button)?.focus();
  }

  /** The first photo is the cover. */
  number() {
    const items = [...this.list.children];
    for (const [at, item] of items.entries()) {
      item.querySelector("[name=order]").value = String(at + 1);
      item.querySelector("[name=cover]").checked = at === 0;
      item.querySelector("img").alt = `Photo ${at + 1}`;
      item.querySelector(".tag").hidden = at !== 0;
      const [earlier, later] = item.querySelectorAll("[data-photo-move] button");
      earlier.disabled = at === 0;
      later.disabled = at === items.length - 1;
    }
  }
}

customElements.define("haggle-photo-order", PhotoOrder);
