import { wholeNumber } from '../util/whole-number.js';

const dayMs = 86_400_000;

/** How long a store keeps what is past. What is kept by number or by weight, each store says by itself. */
export interface RetentionOptions {
  /** A change leaves the log once it is older than this, in milliseconds. Default 0: age does not matter; to 2⁵³ − 1. */
  readonly logAgeMs?: number | undefined;
  /**
   * A version that is no longer in the log leaves its key's history once it was replaced longer ago than this, in
   * milliseconds. Default 0: age does not matter; to 2⁵³ − 1.
   */
  readonly historyAgeMs?: number | undefined;
  /**
   * A deleted key is forgotten, with its history, once its deletion is no longer in the log and is older than this, in
   * milliseconds: nobody can follow the log from where the key was there, and a key that is made anew begins at version 1
   * again. Whoever remembers a version for longer, for a compare-and-set, may take the new key for the old one. Default
   * 30 days; 0 (deleted keys are never forgotten) to 2⁵³ − 1.
   */
  readonly tombstoneAgeMs?: number | undefined;
}

/** {@link RetentionOptions} of a store in SQL, which keeps a trail longer than its log. */
export interface TrailRetentionOptions extends RetentionOptions {
  /**
   * Who wrote what, and when, is told by `audit` as long as the change is in the log, and after that for as long as this
   * since it was made, in milliseconds; its value only while it is in the history. Default 90 days; 0 (for ever) to
   * 2⁵³ − 1.
   */
  readonly trailAgeMs?: number | undefined;
}

/** {@link RetentionOptions}, complete and checked; 0: never. */
export interface Retention {
  readonly logAgeMs: number;
  readonly historyAgeMs: number;
  readonly tombstoneAgeMs: number;
}

/** {@link TrailRetentionOptions}, complete and checked; 0: never. */
export interface TrailRetention extends Retention {
  readonly trailAgeMs: number;
}

/** Throws `invalid_argument`, naming the option. */
export const completeRetention = (options: RetentionOptions): Retention => ({
  logAgeMs: wholeNumber('logAgeMs', options.logAgeMs ?? 0),
  historyAgeMs: wholeNumber('historyAgeMs', options.historyAgeMs ?? 0),
  tombstoneAgeMs: wholeNumber('tombstoneAgeMs', options.tombstoneAgeMs ?? 30 * dayMs),
});

/** Throws `invalid_argument`, naming the option. */
export const completeTrailRetention = (options: TrailRetentionOptions): TrailRetention => ({
  ...completeRetention(options),
  trailAgeMs: wholeNumber('trailAgeMs', options.trailAgeMs ?? 90 * dayMs),
});

/** The cut-off time: at `nowMs`, whatever happened then or earlier is older than `ageMs`. */
export const cutoff = (nowMs: number, ageMs: number): number => (ageMs === 0 ? Number.MIN_SAFE_INTEGER : nowMs - ageMs);
