/** Why a request wasn't carried out: problem details (RFC 9457) as an error. */
import type { components } from "./schema.js";

export type Problem = components["schemas"]["Problem"];

export class HaggleProblem extends Error {
  override name = "HaggleProblem";
  /** By this one tells problems apart; it never changes. `unexplained` where something else than Haggle answered. */
  readonly code: string;
  readonly status: number;
  /** To be named to whoever runs the marketplace. */
  readonly requestId: string | undefined;
  /** In how many seconds it may be asked again. */
  readonly retryAfter: number | undefined;
  /** What is wrong with parts of the request. */
  readonly errors: NonNullable<Problem["errors"]>;

  constructor(status: number, problem: Partial<Problem>, headers: Headers) {
    super(problem.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? "unexplained";
    this.requestId = problem.request_id ?? headers.get("x-request-id") ?? undefined;
    this.retryAfter = retryAfter(headers.get("retry-after"));
    this.errors = problem.errors ?? [];
  }

  /** Whether the same request may succeed later without anybody doing anything. */
  get isTemporary(): boolean {
    return this.status === 408 || this.status === 429 || this.status >= 500 || this.code === "idempotency_key_running";
  }

  static async from(response: Response): Promise<HaggleProblem> {
    const json: unknown = await response.json().catch(() => null);
    const isProblem = typeof json === "object" && json !== null;
    return new HaggleProblem(response.status, isProblem ? json : {}, response.headers);
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
