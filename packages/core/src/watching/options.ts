import { ConfigError } from '../contract/errors.js';
import type { BackoffOptions } from '../util/backoff.js';

/** How a lost watch is opened again: after a random wait, so that many clients of one server do not come back at once. */
export interface ReconnectOptions {
  /**
   * Bound of the wait after the first failure, in milliseconds; doubled with each further failure in a row. The wait is
   * random, from 0 to the bound. Default 1,000; more than 0.
   */
  readonly initialBackoffMs?: number | undefined;
  /** Largest bound, in milliseconds. Default 30,000; from `initialBackoffMs` to 2³¹ − 1. */
  readonly maxBackoffMs?: number | undefined;
}

/** Throws `invalid_argument` that names the option. */
export function completeReconnect(options: ReconnectOptions): BackoffOptions {
  const { initialBackoffMs = 1_000, maxBackoffMs = 30_000 } = options;
  between('watch.initialBackoffMs', initialBackoffMs, Number.MIN_VALUE);
  between('watch.maxBackoffMs', maxBackoffMs, initialBackoffMs);
  return { initialMs: initialBackoffMs, maxMs: maxBackoffMs };
}

function between(name: string, value: number, least: number): void {
  if (value >= least && value < 2 ** 31) return;
  throw new ConfigError('invalid_argument', `option ${name} must be a number from ${least} to 2^31 - 1, not ${value}`);
}
