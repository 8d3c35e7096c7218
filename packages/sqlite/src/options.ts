import { resolve } from 'node:path';
import { ConfigError, type Logger, maxInt32, safeLogger, wholeNumber } from '@cfg/core';

export interface SqliteStoreOptions {
  /** Versions kept of each key, the current one included. Default 100; 1 to 2³¹ − 1. */
  readonly historyLimit?: number | undefined;
  /** Changes kept in the log, for watchers that resume. Default 100,000; 1 to 2³¹ − 1. */
  readonly logLimit?: number | undefined;
  /**
   * Roughly how many bytes the changes in the log may take; the oldest leave it first. Default 256 MiB; 0 to 2⁵³ − 1.
   */
  readonly logBytes?: number | undefined;
  /** How long a write waits while another process writes to the file, in milliseconds. Default 5,000; 0 to 2³¹ − 1. */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * How often, while anybody watches, the file is asked for changes made by other processes, in milliseconds. Default
   * 200; 0 (never: for a file that has one process only) to 2³¹ − 1.
   */
  readonly pollIntervalMs?: number | undefined;
  /** Roughly how many bytes of entries that were read are kept in memory. Default 32 MiB; 0 (none) to 2 GiB − 1. */
  readonly cacheBytes?: number | undefined;
  /** Told of failed writes. Default: silent. */
  readonly logger?: Logger | undefined;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** {@link SqliteStoreOptions}, complete and checked. */
export interface Settings {
  /** Absolute. */
  readonly path: string;
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly logBytes: number;
  readonly busyTimeoutMs: number;
  readonly pollIntervalMs: number;
  readonly cacheBytes: number;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Throws `invalid_argument`, naming the option. */
export function completeOptions(path: string, options: SqliteStoreOptions): Settings {
  if (path === '' || path.includes('\0') || path.startsWith(':memory:')) {
    throw new ConfigError('invalid_argument', `path must name a file, not ${JSON.stringify(path)}`);
  }
  const now = options.now ?? Date.now;
  return {
    // An absolute path is never taken for one of SQLite's `file:` URIs.
    path: resolve(path),
    historyLimit: wholeNumber('historyLimit', options.historyLimit ?? 100, 1, maxInt32),
    logLimit: wholeNumber('logLimit', options.logLimit ?? 100_000, 1, maxInt32),
    logBytes: wholeNumber('logBytes', options.logBytes ?? 256 * 1024 * 1024),
    busyTimeoutMs: wholeNumber('busyTimeoutMs', options.busyTimeoutMs ?? 5_000, 0, maxInt32),
    pollIntervalMs: wholeNumber('pollIntervalMs', options.pollIntervalMs ?? 200, 0, maxInt32),
    cacheBytes: wholeNumber('cacheBytes', options.cacheBytes ?? 32 * 1024 * 1024, 0, maxInt32),
    logger: safeLogger(options.logger),
    now: () => Math.floor(now()),
  };
}
