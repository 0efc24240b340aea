/**
 * A WebSocket that reconnects, with jittered back-off, and signs in by its first frame. After 4401 it gets another token
 * once; refused again, or without another one, it is over. Nothing is promised about delivery: history has what was missed.
 */
import { Backoff } from "./backoff.js";
import type { HaggleClient } from "./client.js";
import { OAuthError } from "./oauth.js";
import type { components } from "./schema.js";

export type ServerFrame = components["schemas"]["ServerFrame"];
export type ClientFrame = components["schemas"]["ClientFrame"];
export type Status = "connecting" | "live" | "waiting" | "ended" | "closed";

/** The part of WebSocket that is used: a browser's, Node 22's, or that of a package (`ws`). */
export interface WebSocketLike {
  send(data: string): void;
  close(): void;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
}
export type WebSocketMaker = new (address: string) => WebSocketLike;

const RESTARTING = 1012;
const ACCESS_ENDED = 4401;
const NOT_FOUND = 4404;
const TOO_FAST = 4429;

export interface SocketOptions {
  WebSocket?: WebSocketMaker;
  backoff?: Backoff;
  /** How long it may take to be greeted, in ms. */
  timeout?: number;
}

export class Socket {
  readonly #client: HaggleClient;
  readonly #address: string;
  readonly #make: WebSocketMaker;
  readonly #backoff: Backoff;
  readonly #timeout: number;
  #ws: WebSocketLike | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #token: string | undefined;
  #isSecondToken = false;
  #attempt = 0;
  #status: Status = "closed";

  onFrame: (frame: ServerFrame) => void = () => {};
  /** `code`: of the close that led to it. */
  onStatus: (status: Status, code?: number) => void = () => {};

  /** `path`: `inbox`, or a room's id. */
  constructor(client: HaggleClient, path: string, { WebSocket, backoff, timeout = 15_000 }: SocketOptions = {}) {
    this.#client = client;
    this.#address = `${client.origin.replace(/^http/, "ws")}/api/v1/ws/${path}`;
    const make = WebSocket ?? (globalThis.WebSocket as WebSocketMaker | undefined);
    if (!make) throw new Error("there is no WebSocket here: pass one by the option");
    this.#make = make;
    this.#backoff = backoff ?? new Backoff();
    this.#timeout = timeout;
  }

  get status(): Status {
    return this.#status;
  }

  open(): void {
    if (this.#status === "closed") void this.#connect();
  }

  /** Now instead of after the wait: the network is back. */
  reconnectNow(): void {
    if (this.#status === "waiting") void this.#connect();
  }

  /** Gives up a connection that seems dead, and makes another after a while. */
  reconnect(): void {
    if (this.#status === "live" || this.#status === "connecting") this.#lost(0);
  }

  close(): void {
    this.#discard();
    if (this.#status !== "ended") this.#set("closed");
  }

  send(frame: ClientFrame): boolean {
    if (this.#status !== "live") return false;
    this.#ws?.send(JSON.stringify(frame));
    return true;
  }

  async #connect(): Promise<void> {
    const attempt = this.#discard();
    this.#set("connecting");
    try {
      this.#token ??= await this.#client.tokens?.token();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof OAuthError && error.code === "signed_out") return this.#set("ended", ACCESS_ENDED);
      return this.#wait(0);
    }
    if (attempt !== this.#attempt) return;
    const ws = new this.#make(this.#address);
    this.#ws = ws;
    this.#timer = setTimeout(() => this.#lost(0), this.#timeout);
    ws.onopen = () => ws.send(JSON.stringify({ type: "auth", token: this.#token ?? "" }));
    ws.onmessage = ({ data }: { data: unknown }) => this.#receive(data);
    ws.onclose = ({ code }: { code: number }) => this.#lost(code);
    ws.onerror = () => {};
  }

  #receive(data: unknown): void {
    const frame = parse(data);
    if (!frame) return;
    if (frame.type === "hello") {
      clearTimeout(this.#timer);
      this.#backoff.reset();
      this.#isSecondToken = false;
      this.#set("live");
    }
    this.onFrame(frame);
  }

  #lost(code: number): void {
    this.#discard();
    if (code === ACCESS_ENDED) return void this.#renew();
    if (code === NOT_FOUND) return this.#set("ended", code);
    // It may have expired by the next time.
    this.#token = undefined;
    this.#wait(code);
  }

  /** Another token, once; and never after that. */
  async #renew(): Promise<void> {
    const stale = this.#token;
    if (this.#isSecondToken || stale === undefined) return this.#set("ended", ACCESS_ENDED);
    this.#isSecondToken = true;
    const attempt = this.#attempt;
    this.#set("connecting");
    try {
      const token = await this.#client.tokens?.renew(stale);
      if (attempt !== this.#attempt) return;
      if (!token) return this.#set("ended", ACCESS_ENDED);
      this.#token = token;
      await this.#connect();
    } catch {
      // Nobody answered: that says nothing about the token.
      this.#isSecondToken = false;
      if (attempt === this.#attempt) this.#wait(0);
    }
  }

  #wait(code: number): void {
    let wait = this.#backoff.next();
    if (code === TOO_FAST) wait += 5_000;
    // All of its sockets are told so at once: they don't come back at once.
    if (code === RESTARTING) wait = Math.max(wait, 300 + this.#backoff.random() * 1_700);
    this.#timer = setTimeout(() => void this.#connect(), wait);
    this.#set("waiting", code);
  }

  /** Lets go of the connection: what comes of it later is ignored. Gives the number of the next attempt. */
  #discard(): number {
    clearTimeout(this.#timer);
    const ws = this.#ws;
    this.#ws = null;
    if (ws) {
      ws.onopen = ws.onmessage = ws.onclose = null;
      ws.close();
    }
    return (this.#attempt += 1);
  }

  #set(status: Status, code?: number): void {
    if (this.#status === status) return;
    this.#status = status;
    this.onStatus(status, code);
  }
}

/** Null for what isn't a frame. Types that are unknown are the listener's to ignore. */
function parse(data: unknown): ServerFrame | null {
  try {
    const frame = typeof data === "string" ? JSON.parse(data) : null;
    return typeof frame?.type === "string" ? frame : null;
  } catch {
    return null;
  }
}
