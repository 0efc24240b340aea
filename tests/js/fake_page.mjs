/** What the modules listen to of a page: whether somebody looks at it, and whether there is a network. */
export class FakePage {
  document = new EventTarget();

  /** Takes the place of the browser's globals, for as long as the process lives. */
  constructor() {
    Object.assign(this.document, { hidden: false, visibilityState: "visible", hasFocus: () => true });
    const window = new EventTarget();
    Object.assign(globalThis, {
      document: this.document,
      addEventListener: window.addEventListener.bind(window),
      dispatchEvent: window.dispatchEvent.bind(window),
    });
  }

  /** Somebody looks, or nobody does any more. @param {boolean} visible */
  look(visible) {
    Object.assign(this.document, { hidden: !visible, visibilityState: visible ? "visible" : "hidden" });
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  /** @param {"online" | "offline" | "focus"} type */
  happens(type) {
    dispatchEvent(new Event(type));
  }
}

/** Waits until all that is ready has happened. */
export const settled = () => new Promise(setImmediate);
