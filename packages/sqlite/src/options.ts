import { resolve } from 'node:path';
import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import {
  completeTrailRetention,
  maxInt32,
  type Sealing,
  type TrailRetention,
  type TrailRetentionOptions,
  type Wakes,
  wholeNumber,
} from '@cfg/core/store';

export type Durability = 'full' | 'relaxed';
export type IntegrityCheck = 'after-crash' | 'always' | 'never';

/** Ages are looked at every minute, and after writes. */
export interface SqliteStoreOptions extends TrailRetentionOptions {
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
  /**
   * `full`: a write is answered when the disk has it. `relaxed`: when the operating system has it, so that the last
   * writes may be lost with the machine (though not with the process), but nothing is torn; `health()` tells so. Default
   * `full`.
   */
  readonly durability?: Durability | undefined;
  /**
   * How large SQLite's write-ahead log may grow, in bytes, while another process keeps an old state in use by reading
   * it for long; then writes fail with `unavailable` until it can be emptied. Otherwise it stays below some 64 MiB.
   * Default 1 GiB; 64 MiB to 2⁵³ − 1.
   */
  readonly walLimitBytes?: number | undefined;
  /**
   * Whether the file has an index for searches, which takes some 300 bytes and more for each key. It is made, or
   * dropped, little by little after the file is opened; without it, a search reads entry by entry. Default: as the file
   * has it; a new file has one.
   */
  readonly searchIndex?: boolean | undefined;
  /**
   * When `connect()` reads the whole file to see whether it is sound: `after-crash`, where the file was not closed, SQLite's
   * quick check of its structure; `always`, that and every checksum and every index; or `never`. Each value is checked in
   * any case when it is read. Default `after-crash`.
   */
  readonly integrityCheck?: IntegrityCheck | undefined;
  /** How secrets are kept: `@cfg/secrets` makes this. Default: as they are, if none was sealed in this file before. */
  readonly sealing?: Sealing | undefined;
  /**
   * How the processes that have the file open wake each other, so that watches need not wait for the next poll. Default:
   * they do not.
   */
  readonly wakes?: Wakes | undefined;
  /** Told of failed writes, and of a file that is gone. Default: silent. */
  readonly logger?: Logger | undefined;
  /**
   * The log that the file has: where it has another, or is not there, `connect()` fails with `unavailable`, and makes
   * nothing. For one of several processes that are to share a file. Default: any, and a file that is not there is made.
   */
  readonly logId?: string | undefined;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** The part of {@link Settings} that the writer thread needs: plain data. */
export interface WriterSettings extends TrailRetention {
  /** Absolute. */
  readonly path: string;
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly logBytes: number;
  readonly durability: Durability;
  readonly walLimitBytes: number;
  /** Which values are secret; `undefined`: nothing is sealed. */
  readonly secretPatterns: readonly string[] | undefined;
  /** `undefined`: as the file has it. */
  readonly searchIndex: boolean | undefined;
}

/** {@link SqliteStoreOptions}, complete and checked. */
export interface Settings extends WriterSettings {
  readonly integrityCheck: IntegrityCheck;
  readonly logId: string | undefined;
  readonly busyTimeoutMs: number;
  readonly pollIntervalMs: number;
  readonly cacheBytes: number;
  readonly wakes: Wakes | undefined;
  readonly sealing: Sealing | undefined;
  readonly logger: Logger;
  readonly now: () => number;
}

const mebibyte = 1024 * 1024;

/** The part of the settings that the writer thread needs. */
export function writerSettings(settings: Settings): WriterSettings {
  const { logAgeMs, historyAgeMs, tombstoneAgeMs, trailAgeMs } = settings;
  const { path, historyLimit, logLimit, logBytes, durability, walLimitBytes, searchIndex, secretPatterns } = settings;
  const ages = { logAgeMs, historyAgeMs, tombstoneAgeMs, trailAgeMs };
  return { ...ages, path, historyLimit, logLimit, logBytes, durability, walLimitBytes, searchIndex, secretPatterns };
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
    ...completeTrailRetention(options),
    logBytes: wholeNumber('logBytes', options.logBytes ?? 256 * 1024 * 1024),
    durability: oneOf('durability', options.durability ?? 'full', ['full', 'relaxed']),
    walLimitBytes: wholeNumber('walLimitBytes', options.walLimitBytes ?? 1024 * mebibyte, 64 * mebibyte),
    searchIndex: options.searchIndex,
    integrityCheck: oneOf('integrityCheck', options.integrityCheck ?? 'after-crash', [
      'after-crash',
      'always',
      'never',
    ]),
    logId: options.logId,
    busyTimeoutMs: wholeNumber('busyTimeoutMs', options.busyTimeoutMs ?? 5_000, 0, maxInt32),
    pollIntervalMs: wholeNumber('pollIntervalMs', options.pollIntervalMs ?? 200, 0, maxInt32),
    cacheBytes: wholeNumber('cacheBytes', options.cacheBytes ?? 32 * 1024 * 1024, 0, maxInt32),
    sealing: options.sealing,
    secretPatterns: options.sealing?.policy.patterns,
    wakes: options.wakes,
    logger: safeLogger(options.logger),
    now: () => Math.floor(now()),
  };
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new ConfigError('invalid_argument', `${name} must be ${allowed.join(' or ')}, not ${JSON.stringify(value)}`);
}
