import { resolve } from 'node:path';
import { ConfigError, type Logger, safeLogger } from '@cfg/core';

export interface SqliteStoreOptions {
  /** Versions kept of each key, the current one included. Default 100; at least 1. */
  readonly historyLimit?: number | undefined;
  /** Changes kept in the log, for watchers that resume. Default 100,000; at least 1. */
  readonly logLimit?: number | undefined;
  /** How long a write waits for another process that is writing to the file, in milliseconds. Default 5,000; at least 0. */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * How often, while anybody watches, the file is asked for changes made by other processes, in milliseconds. Default
   * 200; 0 never asks (for a file that has one process only).
   */
  readonly pollIntervalMs?: number | undefined;
  /** Roughly how many bytes of entries that were read are kept in memory. Default 32 MiB; 0 keeps none. */
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
  readonly busyTimeoutMs: number;
  readonly pollIntervalMs: number;
  readonly cacheBytes: number;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Throws `invalid_argument`, naming the option. */
export function settingsOf(path: string, options: SqliteStoreOptions): Settings {
  if (path === '' || path.includes('\0') || path.startsWith(':memory:')) {
    throw new ConfigError('invalid_argument', `path must name a file, not ${JSON.stringify(path)}`);
  }
  const now = options.now ?? Date.now;
  return {
    // An absolute path is never taken for one of SQLite's `file:` URIs.
    path: resolve(path),
    historyLimit: whole('historyLimit', options.historyLimit ?? 100, 1),
    logLimit: whole('logLimit', options.logLimit ?? 100_000, 1),
    busyTimeoutMs: whole('busyTimeoutMs', options.busyTimeoutMs ?? 5_000, 0),
    pollIntervalMs: whole('pollIntervalMs', options.pollIntervalMs ?? 200, 0),
    cacheBytes: whole('cacheBytes', options.cacheBytes ?? 32 * 1024 * 1024, 0),
    logger: safeLogger(options.logger),
    now: () => Math.floor(now()),
  };
}

const most = 2 ** 31 - 1;

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new ConfigError('invalid_argument', `${name} must be a whole number from ${least} to ${most}, not ${value}`);
}
