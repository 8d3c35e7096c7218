import { setTimeout as sleep } from 'node:timers/promises';

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * Failures in a row, and how long to wait after each: doubling from the initial wait to the longest, jitter 0.5–1.5.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Since the last success. */
  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Counts a failure and waits. Rejects when the signal fires. */
  async failed(signal: AbortSignal): Promise<void> {
    const { initialMs, maxMs } = this.#options;
    const waitMs = Math.min(initialMs * 2 ** this.#failures, maxMs);
    this.#failures += 1;
    await sleep(waitMs * (0.5 + Math.random()), undefined, { signal });
  }
}
