/** Exponential back-off with jitter: every wait lies between half of its step and the whole of it, steps double. */
export class Backoff {
  #attempt = 0;

  constructor(
    readonly base = 500,
    readonly cap = 30_000,
    readonly random: () => number = Math.random,
  ) {}

  /** The next wait in milliseconds. */
  next(): number {
    const step = Math.min(this.cap, this.base * 2 ** this.#attempt);
    this.#attempt += 1;
    return step / 2 + (this.random() * step) / 2;
  }

  reset(): void {
    this.#attempt = 0;
  }
}

/** Rejected with the signal's reason if that comes first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const ended = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", ended), resolve()), ms);
    signal?.addEventListener("abort", ended, { once: true });
  });
}
