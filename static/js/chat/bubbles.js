/**
 * The bubbles of what isn't stored yet, made from the page's own `<template data-pending>`; the
 * words go in as text. A bubble is gone the moment its entry is in the timeline; a screen reader
 * hears of the entry, and of a bubble only when it could not be sent.
 *
 * @typedef {import("./outbox.js").Item} Item
 */
import { localTimes } from "../lib/time.js";

export class Bubbles {
  #list;
  #template;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {(id: string) => void} retry the person wants this one sent again
   */
  constructor(list, template, retry, /** @type {AbortSignal} */ signal) {
    this.#list = list;
    this.#template = template;
    list.addEventListener("click", ({ target }) => {
      const button = target instanceof Element && target.closest("[data-retry]");
      const id = button && button.closest("[data-client-id]")?.getAttribute("data-client-id");
      if (id) retry(id);
    }, { signal });
  }

  /** On its way. @param {Item} item */
  pending(item) {
    const bubble = this.#find(item.client_id) ?? this.#make(item);
    bubble?.setAttribute("data-state", "pending");
    bubble?.setAttribute("aria-hidden", "true");
    bubble?.querySelector(".entry-failed")?.setAttribute("hidden", "");
  }

  /** Not sent: why, where there is more to say than that. @param {Item} item */
  failed(item, why = "") {
    const bubble = this.#find(item.client_id) ?? this.#make(item);
    bubble?.setAttribute("data-state", "failed");
    bubble?.removeAttribute("aria-hidden");
    bubble?.querySelector(".entry-failed")?.removeAttribute("hidden");
    const reason = bubble?.querySelector("[data-reason]");
    if (reason) reason.textContent = why;
  }

  /** @param {string} id */
  remove(id) {
    this.#find(id)?.remove();
  }

  /** @param {Item} item */
  #make({ client_id, body, at }) {
    const copy = document.importNode(this.#template.content, true);
    const bubble = copy.querySelector("li");
    if (!bubble) return null;
    bubble.dataset.clientId = client_id;
    const text = bubble.querySelector(".bubble-body");
    if (text) text.textContent = body;
    bubble.querySelector("time")?.setAttribute("datetime", new Date(at).toISOString());
    this.#list.append(bubble);
    localTimes(bubble);
    return bubble;
  }

  /** @returns {HTMLElement | null} never a stored entry, whose id is the same */
  #find(id) {
    return this.#list.querySelector(`[data-state][data-client-id="${CSS.escape(id)}"]`);
  }
}
