/**
 * Outbox with idempotency keys: what was written and isn't known to be stored yet, kept across restarts. Sent at least
 * once and in the order of writing, stored exactly once: a message keeps its `client_id` until it is acknowledged.
 */
import { HaggleProblem } from "./problem.js";
import type { components } from "./schema.js";
import type { Storage } from "./storage.js";

export type NewMessage = components["schemas"]["NewMessage"];

export interface Unsent extends NewMessage {
  /** The problem's code for which it isn't sent again by itself: it waits for the person. */
  refused?: string;
}

export class OutboxFull extends Error {
  override name = "OutboxFull";
}

export class Outbox {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #limit: number;
  #messages: Unsent[] = [];
  #flushing: Promise<void> | null = null;
  #saving: Promise<void> = Promise.resolve();

  /** It won't be sent again by itself: `refused` says why. */
  onRefused: (message: Unsent) => void = () => {};

  private constructor(storage: Storage, key: string, limit: number) {
    this.#storage = storage;
    this.#key = key;
    this.#limit = limit;
  }

  /** `owner` names the account and the room. */
  static async open(storage: Storage, owner: string, limit = 100): Promise<Outbox> {
    const outbox = new Outbox(storage, `haggle:outbox:${owner}`, limit);
    const stored = await storage.get(outbox.#key);
    if (stored !== null) outbox.#messages = JSON.parse(stored);
    return outbox;
  }

  get messages(): readonly Unsent[] {
    return this.#messages;
  }

  /** Kept before it is sent. */
  async put(body: string, productId?: string): Promise<Unsent> {
    if (this.#messages.length >= this.#limit) throw new OutboxFull();
    const message: Unsent = { client_id: crypto.randomUUID(), body, ...(productId && { product_id: productId }) };
    this.#messages.push(message);
    await this.#save();
    return message;
  }

  /** The server has it; or the person doesn't want it sent any more. */
  async remove(clientId: string): Promise<void> {
    const kept = this.#messages.filter(({ client_id }) => client_id !== clientId);
    if (kept.length === this.#messages.length) return;
    this.#messages = kept;
    await this.#save();
  }

  /** Sends what is due. Rejected where it didn't get through; what wasn't sent stays. Runs once at a time. */
  flush(send: (message: NewMessage) => Promise<unknown>): Promise<void> {
    this.#flushing ??= this.#flushNow(send);
    return this.#flushing;
  }

  async #flushNow(send: (message: NewMessage) => Promise<unknown>): Promise<void> {
    try {
      await this.#saving;
      let next: Unsent | undefined;
      while ((next = this.#messages.find(({ refused }) => refused === undefined))) await this.#sendNow(next, send);
    } finally {
      // At once, so that whoever puts something in from here on flushes anew.
      this.#flushing = null;
    }
  }

  async #sendNow(message: Unsent, send: (message: NewMessage) => Promise<unknown>): Promise<void> {
    try {
      await send(message);
      await this.remove(message.client_id);
    } catch (error) {
      // Signed out is nothing about the message.
      const isFinal = error instanceof HaggleProblem && !error.isTemporary && error.status !== 401;
      if (!isFinal) throw error;
      message.refused = error.code;
      await this.#save();
      this.onRefused(message);
    }
  }

  /** One after the other, so that the last state is what stays. */
  #save(): Promise<void> {
    const save = () => this.#storage.set(this.#key, JSON.stringify(this.#messages));
    this.#saving = this.#saving.then(save, save);
    return this.#saving;
  }
}
