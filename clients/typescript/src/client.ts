/**
 * Requests, typed by the document: what a path takes and answers is in `schema.ts`. Whatever is refused is a
 * `HaggleProblem`; what can be sent again is, within bounds.
 */
import { Backoff, sleep } from "./backoff.js";
import type { TokenSource } from "./oauth.js";
import { HaggleProblem } from "./problem.js";
import type { paths } from "./schema.js";

export type Method = "get" | "put" | "post" | "patch" | "delete";
/** The paths that have this method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: object } ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
/** What it answers where it is carried out. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 204)]> : never;
type Part<O, Name extends string> = O extends { parameters: { [K in Name]?: infer T } } ? NonNullable<T> : never;
type Given<Name extends string, T> = [T] extends [never] ? unknown : object extends T ? { [K in Name]?: T } : { [K in Name]: T };
type Body<O> = O extends { requestBody: { content: infer C } }
  ? { body: (C extends { "application/json": infer J } ? J : never) | FormData | Blob }
  : unknown;

export type Options<P extends keyof paths, M extends Method> = Given<"path", Part<Operation<P, M>, "path">> &
  Given<"query", Part<Operation<P, M>, "query">> &
  Body<Operation<P, M>> & {
    headers?: Record<string, string>;
    /** Of a POST that makes something; made anew for each call without it. */
    idempotencyKey?: string;
    signal?: AbortSignal;
  };

/** What the generic signatures are inside. */
interface Asked {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface ClientOptions {
  /** Without it: as somebody who isn't signed in. */
  tokens?: TokenSource;
  fetch?: typeof fetch;
  /** How often a request is sent at most. */
  attempts?: number;
  /** The longest that is waited between two attempts, in ms; a `Retry-After` beyond it is the caller's to wait for. */
  maxWait?: number;
  timeout?: number;
}

/** POSTs that are carried out once however often they arrive: by `Idempotency-Key`, or by `client_id`. */
const ONCE = new Set(["/products", "/uploads", "/reports", "/rooms/{room}/messages"]);

export class HaggleClient {
  readonly origin: string;
  readonly tokens: TokenSource | null;
  readonly #options: Required<Omit<ClientOptions, "tokens">>;

  constructor(origin: string, { tokens, ...options }: ClientOptions = {}) {
    this.origin = new URL(origin).origin;
    this.tokens = tokens ?? null;
    this.#options = { fetch: globalThis.fetch, attempts: 4, maxWait: 30_000, timeout: 30_000, ...options };
  }

  /** Its answer's body: `client.call("get", "/products/{id}", { path: { id: "7" } })`. */
  async call<M extends Method, P extends PathWith<M>>(method: M, path: P, options: Options<P, M>): Promise<Answer<P, M>> {
    return (await this.send(method, path, options)).data;
  }

  /** The same with the answer around it, where its headers are wanted (`ETag`, `Location`). */
  async send<M extends Method, P extends PathWith<M>>(
    method: M,
    path: P,
    options: Options<P, M>,
  ): Promise<{ data: Answer<P, M>; response: Response }> {
    const response = await this.#carryOut(method, path, options as Asked);
    const text = await response.text();
    return { data: (text ? JSON.parse(text) : undefined) as Answer<P, M>, response };
  }

  /** Every item of a list, page after page as they are asked for. */
  async *each<P extends PathWith<"get">>(
    path: P,
    options: Options<P, "get">,
  ): AsyncGenerator<Answer<P, "get"> extends { data: (infer Item)[] } ? Item : never> {
    let cursor: string | null | undefined;
    do {
      const { query, ...rest } = options as Asked;
      const asked = { ...rest, query: { ...query, ...(cursor && { cursor }) } };
      const page = (await this.call("get", path, asked as unknown as Options<P, "get">)) as { data: never[]; next?: string | null };
      yield* page.data;
      cursor = page.next;
    } while (cursor);
  }

  async #carryOut(method: Method, path: string, asked: Asked): Promise<Response> {
    const isRepeatable = method !== "post" || ONCE.has(path);
    const key = method === "post" && (asked.idempotencyKey ?? crypto.randomUUID());
    const headers = { ...asked.headers, ...(key && { "idempotency-key": key }) };
    const address = this.#address(path, asked);
    const backoff = new Backoff(500, this.#options.maxWait);
    let token = await this.tokens?.token();
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= this.#options.attempts;
      let wait: number;
      try {
        const response = await this.#fetch(method, address, headers, token, asked);
        if (response.ok) return response;
        const problem = await HaggleProblem.from(response);
        if (problem.status === 401 && token && !renewed) {
          renewed = true;
          token = (await this.tokens?.renew(token)) ?? undefined;
          if (!token) throw problem;
          continue;
        }
        // What is over a limit wasn't carried out; of the other failures nobody knows.
        const mayRepeat = problem.status === 429 || (problem.isTemporary && isRepeatable);
        wait = problem.retryAfter === undefined ? backoff.next() : problem.retryAfter * 1000;
        if (isLast || !mayRepeat || wait > this.#options.maxWait) throw problem;
      } catch (error) {
        // A TypeError is fetch's word for "no answer".
        const isLost = error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
        if (!isLost || isLast || !isRepeatable || asked.signal?.aborted) throw error;
        wait = backoff.next();
      }
      await sleep(wait, asked.signal);
    }
  }

  #fetch(
    method: Method,
    address: string,
    extra: Record<string, string>,
    token: string | undefined,
    { body, signal }: Asked,
  ): Promise<Response> {
    const headers = new Headers(extra);
    headers.set("accept", "application/json");
    if (token) headers.set("authorization", `Bearer ${token}`);
    const isRaw = body instanceof FormData || body instanceof Blob;
    if (body !== undefined && !isRaw) headers.set("content-type", "application/json");
    const timeout = AbortSignal.timeout(this.#options.timeout);
    return this.#options.fetch(address, {
      method: method.toUpperCase(),
      headers,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      redirect: "error",
      credentials: "omit",
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
    });
  }

  #address(path: string, { path: parts = {}, query = {} }: Asked): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
    const address = new URL(`/api/v1${filled === "/" ? "" : filled}`, this.origin);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
    }
    return address.href;
  }
}
