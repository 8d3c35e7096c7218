import { completeRetention, type Retention, type RetentionOptions } from '../local-store/retention.js';
import type { SecretPolicy } from '../sealing/secret-policy.js';
import { maxInt32, wholeNumber } from '../util/whole-number.js';

/** Ages are looked at with each write, those of a few past versions at a time. */
export interface MemoryStoreOptions extends RetentionOptions {
  /** Versions kept of each key, the current one included. Default 100; 1 to 2³¹ − 1. */
  readonly historyLimit?: number | undefined;
  /**
   * Roughly how many bytes the past versions of all keys may take that are no longer in the log; the oldest go first.
   * Default 64 MiB; 0 (none are kept) to 2⁵³ − 1.
   */
  readonly historyBytes?: number | undefined;
  /** Changes kept in the log, for watchers that resume. Default 100,000; 1 to 2³¹ − 1. */
  readonly logLimit?: number | undefined;
  /** Roughly how many bytes the changes in the log may take; the oldest leave it first. Default 64 MiB; 0 to 2⁵³ − 1. */
  readonly logBytes?: number | undefined;
  /** Which values are secret: doors mask them for those who may not reveal them. Default: none. */
  readonly secrets?: SecretPolicy | undefined;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** {@link MemoryStoreOptions}, complete and checked. */
export interface MemorySettings {
  readonly historyLimit: number;
  readonly historyBytes: number;
  readonly logLimit: number;
  readonly logBytes: number;
  readonly secrets: SecretPolicy | undefined;
  readonly ages: Retention;
  readonly now: () => number;
}

const mebibyte = 1024 * 1024;

/** Throws `invalid_argument`, naming the option. */
export function completeOptions(options: MemoryStoreOptions): MemorySettings {
  const now = options.now ?? Date.now;
  return {
    historyLimit: wholeNumber('historyLimit', options.historyLimit ?? 100, 1, maxInt32),
    historyBytes: wholeNumber('historyBytes', options.historyBytes ?? 64 * mebibyte),
    logLimit: wholeNumber('logLimit', options.logLimit ?? 100_000, 1, maxInt32),
    logBytes: wholeNumber('logBytes', options.logBytes ?? 64 * mebibyte),
    secrets: options.secrets,
    ages: completeRetention(options),
    now: now === Date.now ? now : () => Math.floor(now()),
  };
}
