import type { Arrivals } from '../contract/arrivals.js';
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

/**
 * Counts failures in a row, and waits after each: as long as they ask for, or, where what is waited for comes within reach
 * before that, as long as the first of them would have. Clients whose connections come back one by one thus do not wait on,
 * and a server that takes connections and loses them again is not tried without a pause.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #arrivals: Arrivals | undefined;
  #arrived: number;
  #failures = 0;

  /** Without `arrivals` it is not known when to try again, but by the failures. */
  constructor(options: BackoffOptions, arrivals?: Arrivals | undefined) {
    this.#options = options;
    this.#arrivals = arrivals;
    this.#arrived = arrivals?.count ?? 0;
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

  /** The next try begins when this settles. Rejects with the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    const waiting = backoffMs(this.#options, this.#failures);
    if (this.#arrivals === undefined) await sleep(waiting, signal);
    else await this.#waitOr(this.#arrivals, waiting, signal);
    this.#arrived = this.#arrivals?.count ?? 0;
  }

  async #waitOr(arrivals: Arrivals, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const arrival = async (): Promise<void> => {
      await arrivals.after(this.#arrived, ended);
      await sleep(backoffMs(this.#options, 1), ended);
    };
    try {
      await Promise.race([sleep(ms, ended), arrival()]);
    } finally {
      over.abort();
    }
  }
}
