import type { ConnectionOptions } from 'node:tls';
import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import {
  completeTrailRetention,
  maxInt32,
  type Sealing,
  type TrailRetention,
  type TrailRetentionOptions,
  wholeNumber,
} from '@cfg/core/store';

/** Ages are looked at every minute. */
export interface PostgresStoreOptions extends TrailRetentionOptions {
  /** Versions kept of each key, the current one included. Default 100; 1 to 2³¹ − 1. */
  readonly historyLimit?: number | undefined;
  /** Changes kept in the log at least, for watchers that resume. Default 100,000; 1 to 2³¹ − 1. */
  readonly logLimit?: number | undefined;
  /**
   * Roughly how many bytes the changes in the log may take; the oldest leave it first. Default 256 MiB; 0 to 2⁵³ − 1.
   */
  readonly logBytes?: number | undefined;
  /**
   * Begins the names of the store's tables, so that several stores, or other applications, may share a schema. Default
   * `cfg_`; lower-case letters, digits and underscores, not a digit first, at most 30.
   */
  readonly tablePrefix?: string | undefined;
  /** Connections for reads at most; writes have one more, and so has listening. Default 10; 1 to 10,000. */
  readonly connections?: number | undefined;
  /** How long a connection may take to open, or to become free, in milliseconds. Default 5,000; 1 to 2³¹ − 1. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long a statement may take, the wait for the writes of other servers included, in milliseconds; the database
   * ends it then. Default 10,000; 1 to 2³¹ − 2,001.
   */
  readonly statementTimeoutMs?: number | undefined;
  /**
   * How long a write is tried again where the database could not be reached or chose it as the victim of a deadlock, in
   * milliseconds. A write whose commit was on its way is never tried again. Default 5,000; 0 to 2³¹ − 1.
   */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * How often, while anybody watches, the log is asked for changes of other servers, in milliseconds. Notifications bring
   * them at once; this is for those that were lost. Default 1,000; 0 (never) to 2³¹ − 1.
   */
  readonly pollIntervalMs?: number | undefined;
  /**
   * Whether the database has an index for searches, which takes the text of each value, of 16 KiB at most, once more and
   * its trigrams. It is made beside the writes, by the extension `pg_trgm`; where the database does not let that be
   * created, a search reads entry by entry, which `health()` and the log tell. Default: as the database has it; a new one
   * has one.
   */
  readonly searchIndex?: boolean | undefined;
  /**
   * Addresses of streaming replicas, which reads go to in turn as long as they are not further behind than
   * {@link maxStalenessMs}; else to the database itself. Default: none, every read is at the database of the address.
   */
  readonly replicas?: readonly string[] | undefined;
  /**
   * How old an answer of a replica may be, in milliseconds: it has all that was committed so long before the read, and
   * what this store has written or answered before. Default 1,000; 1 to 2³¹ − 1.
   */
  readonly maxStalenessMs?: number | undefined;
  /** TLS to the database: true, false, or Node.js' own options. Default: as the address says (`sslmode`). */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /**
   * The address is that of a pooler in transaction mode (PgBouncer): nothing is kept with a session, no statement is
   * prepared. Notifications then need {@link listenUrl}. Default false.
   */
  readonly transactionPooling?: boolean | undefined;
  /** The address of the database itself, for notifications. Default: the store's own, unless it is a pooler's. */
  readonly listenUrl?: string | undefined;
  /** How secrets are kept: `@cfg/secrets` makes this. Default: as they are, if none was sealed there before. */
  readonly sealing?: Sealing | undefined;
  /** Told of failed commits, and of the listener's connection. Default: silent. */
  readonly logger?: Logger | undefined;
  /** The clock, in milliseconds since the epoch; those of all servers should agree. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** {@link PostgresStoreOptions}, complete and checked. */
export interface Settings extends TrailRetention {
  readonly url: string;
  /** `undefined`: notifications cannot be had. */
  readonly listenUrl: string | undefined;
  readonly tablePrefix: string;
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly logBytes: number;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly busyTimeoutMs: number;
  readonly pollIntervalMs: number;
  readonly searchIndex: boolean | undefined;
  readonly replicas: readonly string[];
  readonly maxStalenessMs: number;
  readonly tls: boolean | ConnectionOptions | undefined;
  readonly transactionPooling: boolean;
  readonly sealing: Sealing | undefined;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Throws `invalid_argument`, naming the option; never with the address, which holds a password. */
export function completeOptions(url: string, options: PostgresStoreOptions): Settings {
  const { tablePrefix = 'cfg_', transactionPooling = false, now = Date.now } = options;
  if (!/^[a-z_][a-z0-9_]{0,29}$/.test(tablePrefix)) {
    throw wrong(
      `tablePrefix must be up to 30 of a-z, 0-9 and _, not a digit first, not ${JSON.stringify(tablePrefix)}`,
    );
  }
  checkUrl('url', url);
  if (options.listenUrl !== undefined) checkUrl('listenUrl', options.listenUrl);
  for (const replica of options.replicas ?? []) checkUrl('replicas', replica);
  return {
    url,
    listenUrl: options.listenUrl ?? (transactionPooling ? undefined : url),
    tablePrefix,
    historyLimit: wholeNumber('historyLimit', options.historyLimit ?? 100, 1, maxInt32),
    logLimit: wholeNumber('logLimit', options.logLimit ?? 100_000, 1, maxInt32),
    ...completeTrailRetention(options),
    logBytes: wholeNumber('logBytes', options.logBytes ?? 256 * 1024 * 1024),
    connections: wholeNumber('connections', options.connections ?? 10, 1, 10_000),
    connectTimeoutMs: wholeNumber('connectTimeoutMs', options.connectTimeoutMs ?? 5_000, 1, maxInt32),
    statementTimeoutMs: wholeNumber('statementTimeoutMs', options.statementTimeoutMs ?? 10_000, 1, maxInt32 - 2_000),
    busyTimeoutMs: wholeNumber('busyTimeoutMs', options.busyTimeoutMs ?? 5_000, 0, maxInt32),
    pollIntervalMs: wholeNumber('pollIntervalMs', options.pollIntervalMs ?? 1_000, 0, maxInt32),
    searchIndex: options.searchIndex,
    replicas: [...(options.replicas ?? [])],
    maxStalenessMs: wholeNumber('maxStalenessMs', options.maxStalenessMs ?? 1_000, 1, maxInt32),
    tls: options.tls,
    transactionPooling,
    sealing: options.sealing,
    logger: safeLogger(options.logger),
    now: () => Math.floor(now()),
  };
}

function checkUrl(name: string, url: string): void {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return;
  throw wrong(`${name} must be an address such as postgres://user:password@host:5432/database`);
}

/** The address without what must stay secret, for errors and logs. */
export function shownUrl(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host || 'the local socket'}${pathname}`;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
