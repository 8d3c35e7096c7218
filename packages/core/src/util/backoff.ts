import { sleep } from './wait.js';

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * Returns how long to wait after `failures` failures in a row, in milliseconds: evenly random from 0 to a bound that
 * starts at `initialMs` and doubles with each failure up to `maxMs`. Random all the way, so that the clients of a server
 * that restarts do not come back in one instant.
 */
export function backoffMs(
  { initialMs, maxMs }: BackoffOptions,
  failures: number,
  random: number = Math.random(),
): number {
  return random * Math.min(initialMs * 2 ** (failures - 1), maxMs);
}

/** Counts failures in a row, and waits after each. */
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

  failed(): void {
    this.#failures += 1;
  }

  /** Waits as long as the failures so far ask for. Rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<void> {
    return sleep(backoffMs(this.#options, this.#failures), signal);
  }
}
