/**
 * A conversation, live: its entries in the order of their numbers, each once, whatever the connection does.
 *
 * ```text
 * socket: hello, resync, or a number that isn't the next ─→ history after the last one (gap fill) ─┐
 * socket: the next number ───────────────────────────────────────────────────────────────────────→ onEntry
 * send ─→ outbox ─→ POST, until it is acknowledged                 numbers that were seen are dropped (dedupe)
 * ```
 */
import { Backoff } from "./backoff.js";
import type { HaggleClient } from "./client.js";
import { Outbox, type NewMessage, type Unsent } from "./outbox.js";
import type { components } from "./schema.js";
import { Socket, type ServerFrame, type SocketOptions, type Status } from "./socket.js";
import { MemoryStorage, type Storage } from "./storage.js";

export type Entry = components["schemas"]["EntryFrame"];

export interface RoomOptions extends SocketOptions {
  /** The last entry that the program has, of which it wants what follows; without it: the latest hundred. */
  after?: number;
  /** Keeps what isn't sent yet. */
  storage?: Storage;
}

export class Room {
  readonly id: string;
  readonly socket: Socket;
  readonly outbox: Outbox;
  readonly #client: HaggleClient;
  readonly #backoff = new Backoff();
  #last: number | undefined;
  #rev: number | undefined;
  #filling: Promise<void> | null = null;
  #again = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  onEntry: (entry: Entry) => void = () => {};
  /** An entry looks different now. */
  onChange: (change: { seq: number; html: string }) => void = () => {};
  /** Whatever else comes: `read`, `typing`, `presence`, `product`, and what is new. */
  onFrame: (frame: ServerFrame) => void = () => {};
  onStatus: (status: Status, code?: number) => void = () => {};

  private constructor(client: HaggleClient, id: string, outbox: Outbox, { after, ...options }: RoomOptions) {
    this.#client = client;
    this.id = id;
    this.outbox = outbox;
    this.#last = after;
    this.socket = new Socket(client, id, options);
    this.socket.onFrame = (frame) => this.#receive(frame);
    this.socket.onStatus = (status, code) => {
      if (status === "live") void this.flush();
      this.onStatus(status, code);
    };
  }

  /** `close` ends it. */
  static async open(client: HaggleClient, id: string, options: RoomOptions = {}): Promise<Room> {
    return new Room(client, id, await Outbox.open(options.storage ?? new MemoryStorage(), id), options);
  }

  /** The last entry that was handed over. */
  get last(): number {
    return this.#last ?? 0;
  }

  /** Begins to listen; the callbacks are set before. */
  listen(): this {
    this.socket.open();
    return this;
  }

  /** Kept, and sent as soon as that is possible. */
  async send(body: string, productId?: string): Promise<Unsent> {
    const message = await this.outbox.put(body, productId);
    void this.flush();
    return message;
  }

  async markRead(seq: number): Promise<void> {
    if (this.socket.send({ type: "read", seq })) return;
    await this.#client.call("put", "/rooms/{room}/read", { path: { room: this.id }, body: { seq } });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.socket.close();
  }

  /** Sends what is due; what doesn't get through is tried again while the room is open. */
  async flush(): Promise<void> {
    try {
      await this.outbox.flush((message) => this.#post(message));
      this.#backoff.reset();
    } catch {
      clearTimeout(this.#retry);
      if (this.#isOpen()) this.#retry = setTimeout(() => void this.flush(), this.#backoff.next());
    }
  }

  #post({ client_id, body, product_id }: NewMessage): Promise<unknown> {
    const message = { client_id, body, ...(product_id && { product_id }) };
    return this.#client.call("post", "/rooms/{room}/messages", { path: { room: this.id }, body: message });
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "hello":
      case "resync":
        return void this.#fill();
      case "message":
        if (this.#last !== undefined && !this.#filling && frame.seq === this.#last + 1) return this.#hand(frame);
        if (this.#last === undefined || frame.seq > this.#last) void this.#fill();
        return;
      case "changed":
        this.#rev = frame.rev;
        return this.onChange(frame);
      default:
        return this.onFrame(frame);
    }
  }

  #hand(entry: Entry): void {
    if (this.#last !== undefined && entry.seq <= this.#last) return;
    this.#last = entry.seq;
    if ("client_id" in entry) void this.outbox.remove(entry.client_id);
    this.onEntry(entry);
  }

  /** Gap fill: everything after the last one. Runs once at a time; what comes meanwhile makes it look again. */
  #fill(): Promise<void> {
    this.#again = true;
    this.#filling ??= this.#fillNow().finally(() => (this.#filling = null));
    return this.#filling;
  }

  async #fillNow(): Promise<void> {
    try {
      while (this.#again && this.#isOpen()) {
        this.#again = false;
        const query = {
          limit: 100,
          ...(this.#last !== undefined && { after: this.#last }),
          ...(this.#rev !== undefined && { changed_since: this.#rev }),
        };
        const page = await this.#client.call("get", "/rooms/{room}/events", { path: { room: this.id }, query });
        // Without `after`, `more` means earlier ones, which weren't asked for.
        if (this.#last !== undefined && page.more) this.#again = true;
        this.#last ??= (page.data[0]?.seq ?? page.last_seq + 1) - 1;
        for (const entry of page.data) this.#hand(entry);
        for (const change of page.changed) this.onChange(change);
        this.#rev = page.rev;
      }
    } catch {
      // It was asked often enough: the next connection asks again.
      this.socket.reconnect();
    }
  }

  #isOpen(): boolean {
    return this.socket.status !== "closed" && this.socket.status !== "ended";
  }
}
