/**
 * Optimistic rendering: the bubbles of what isn't stored yet, made from the page's own
 * `<template data-pending-template>`; the text goes in as text, never as markup. A bubble is removed
 * the moment its entry is in the timeline. Screen readers hear of the entry, and of a bubble only when
 * it could not be sent.
 *
 * @typedef {import("./outbox.js").Item} Item
 */
import { localTimes } from "../../lib/time.js";
import { OF_THE_PICTURE } from "./outbox.js";

export class PendingMessages {
  #list;
  #template;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {object} parts
   * @param {import("../../lib/events.js").Emit} parts.emit a button's `data-action`, with the `client_id`
   * @param {AbortSignal} parts.signal
   */
  constructor(list, template, { emit, signal }) {
    this.#list = list;
    this.#template = template;
    list.addEventListener("click", ({ target }) => {
      const button = target instanceof Element && target.closest("[data-action]");
      const id = button && button.closest("[data-client-id]")?.getAttribute("data-client-id");
      if (id) emit(button.getAttribute("data-action") ?? "", id);
    }, { signal });
  }

  /** On its way. @param {Item} item */
  showPending(item) {
    const bubble = this.#find(item.client_id) ?? this.#make(item);
    bubble?.setAttribute("data-state", "pending");
    bubble?.setAttribute("aria-hidden", "true");
    bubble?.querySelector(".entry-failed")?.setAttribute("hidden", "");
  }

  /** Not sent: why, where there is more to say than that. @param {Item} item */
  showFailed(item, why = "") {
    const bubble = this.#find(item.client_id) ?? this.#make(item);
    bubble?.setAttribute("data-state", "failed");
    bubble?.removeAttribute("aria-hidden");
    bubble?.querySelector(".entry-failed")?.removeAttribute("hidden");
    const reason = bubble?.querySelector("[data-reason]");
    if (reason) reason.textContent = why;
    bubble?.querySelector("[data-action=retry]")?.toggleAttribute("hidden", OF_THE_PICTURE.has(item.refused ?? ""));
    bubble?.querySelector("[data-photo-kept]")?.toggleAttribute("hidden", !item.picture);
  }

  /** @param {string} id */
  remove(id) {
    const bubble = this.#find(id);
    if (bubble) this.#handOver(bubble, id);
    bubble?.remove();
  }

  /** @param {Item} item */
  #make({ client_id, body, at, picture }) {
    const copy = document.importNode(this.#template.content, true);
    const bubble = copy.querySelector("li");
    if (!bubble) return null;
    bubble.dataset.clientId = client_id;
    const text = bubble.querySelector(".bubble-body");
    if (text) text.textContent = body;
    // Words can be written anew; what is only a picture is chosen anew.
    bubble.querySelector(body ? "[data-action=discard]" : "[data-action=edit]")?.remove();
    const photo = bubble.querySelector("[data-photo]");
    if (picture) photo?.removeAttribute("hidden");
    else photo?.remove();
    const shown = bubble.querySelector("img");
    if (picture && shown) Object.assign(shown, { width: picture.width, height: picture.height, src: picture.url });
    bubble.querySelector("time")?.setAttribute("datetime", new Date(at).toISOString());
    this.#list.append(bubble);
    localTimes(bubble);
    return bubble;
  }

  /** The entry shows the picture that the sender's page has until the server's is there. */
  #handOver(/** @type {HTMLElement} */ bubble, /** @type {string} */ id) {
    const own = bubble.querySelector("img")?.src;
    /** @type {HTMLImageElement | null} */
    const stored = this.#list.querySelector(`[data-seq][data-client-id="${CSS.escape(id)}"] .bubble-photo img`);
    if (!own || !stored) return;
    stored.style.background = `url("${own}") center / contain no-repeat`;
    stored.addEventListener("load", () => {
      stored.style.removeProperty("background");
      URL.revokeObjectURL(own);
    }, { once: true });
  }

  /** @returns {HTMLElement | null} never a stored entry, whose id is the same */
  #find(id) {
    return this.#list.querySelector(`[data-state][data-client-id="${CSS.escape(id)}"]`);
  }
}
