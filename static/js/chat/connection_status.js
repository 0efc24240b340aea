/** Connection banner: one line that says when the conversation isn't live, and what to do about it. */
import { CONNECTION } from "./strings.js";

/** A short loss isn't worth a word. */
const GRACE = 1_500;

/** @typedef {"live" | "connecting" | "offline" | "slow" | "signedOut" | "gone"} State */

export class ConnectionStatus {
  #line;
  /** @type {State} */
  #state = "live";
  #timer = 0;

  /** @param {HTMLElement | null} line @param {AbortSignal} signal */
  constructor(line, signal) {
    this.#line = line;
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** @param {State} state */
  show(state) {
    if (state === this.#state) return;
    const wait = this.#state === "live" ? GRACE : 0;
    this.#state = state;
    clearTimeout(this.#timer);
    if (state === "connecting" && wait) this.#timer = setTimeout(() => this.#write(), wait);
    else this.#write();
  }

  #write() {
    const line = this.#line;
    if (!line) return;
    line.hidden = this.#state === "live";
    line.dataset.state = this.#state;
    const text = line.firstElementChild ?? line;
    text.textContent = this.#state === "live" ? "" : CONNECTION[this.#state];
    if (this.#state === "signedOut") text.append(" ", signIn());
  }
}

function signIn() {
  const link = document.createElement("a");
  link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = CONNECTION.signIn;
  return link;
}
