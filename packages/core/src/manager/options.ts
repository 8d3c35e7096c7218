import { checkCodecName } from '../codecs/codec.js';
import { type CodecRegistry, defaultCodecs } from '../codecs/registry.js';
import { ConfigError } from '../contract/errors.js';
import type { Store } from '../contract/store.js';
import type { BackoffOptions } from '../util/backoff.js';
import { checkOptions, type OptionNames } from '../util/check-options.js';
import { type Logger, safeLogger } from '../util/logger.js';
import { maxInt32, wholeNumber } from '../util/whole-number.js';
import type { Value } from '../value/value.js';
import { completeReconnect, type ReconnectOptions } from '../watching/options.js';
import { bootstrapValues } from './bootstrap.js';
import { type Cache, LruCache } from './cache.js';

export interface ManagerWatchOptions extends ReconnectOptions {
  /** Number of failures in a row from which on `health()` is not ok. Default 3; at least 1. */
  readonly unhealthyAfter?: number | undefined;
  /**
   * Over a store without revisions, whose watch may lose changes: how often to ask whether a namespace has changed, and so how
   * old at most what is served as fresh may be, in milliseconds. Default 10,000; at least 1.
   */
  readonly revalidateMs?: number | undefined;
}

export interface ManagerOptions {
  /** Connected and closed by the manager. */
  readonly store: Store;
  /** Of this manager alone. Default: the 10,000 keys used last, in memory. */
  readonly cache?: Cache | undefined;
  /** Default: json, secret, toml and yaml. */
  readonly codecs?: CodecRegistry | undefined;
  /** The codec that `set` uses where the call names none. Default `json`. */
  readonly defaultCodec?: string | undefined;
  /** Aliases from the start: alias to key. One of the store's with the same name wins. */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
  /**
   * `set` and `batch` fail with `resource_exhausted` where they would create one key more. Default: no limit; at least 1.
   * Checked before the write, so that several writers together can exceed it; costs up to two calls of the store before
   * each such write.
   */
  readonly maxKeysPerNamespace?: number | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  readonly watch?: ManagerWatchOptions | undefined;
  /** Values to serve, as stale, until the store has answered: namespace to key to data. A kept cache wins. */
  readonly bootstrap?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /**
   * How long a live reference waits for the store until it takes what is remembered, in milliseconds. `Infinity`: for
   * ever. Default 2,000; at least 0.
   */
  readonly waitMs?: number | undefined;
  /**
   * Expand references in values as they are read, by `get`, `peek` and live references: `${key}` stands for another key of
   * the same namespace (of the same layers), `${namespace:key}` for one of another; `$${` is a `${`. Reads fail with
   * `invalid_value` where a reference leads to no key, in a circle, or through more than 16 keys. Default false.
   */
  readonly references?: boolean | undefined;
}

/** The options, complete and checked. */
export interface ManagerSettings {
  readonly store: Store;
  readonly cache: Cache;
  readonly codecs: CodecRegistry;
  readonly defaultCodec: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly maxKeysPerNamespace: number;
  readonly logger: Logger;
  readonly backoff: BackoffOptions;
  readonly unhealthyAfter: number;
  readonly revalidateMs: number;
  readonly bootstrap: ReadonlyMap<string, ReadonlyMap<string, Value>>;
  readonly waitMs: number;
  readonly references: boolean;
}

const names: OptionNames<ManagerOptions> = {
  ...{ store: true, cache: true, codecs: true, defaultCodec: true, aliases: true, maxKeysPerNamespace: true },
  ...{ logger: true, watch: true, bootstrap: true, waitMs: true, references: true },
};
const watchNames: OptionNames<ManagerWatchOptions> = {
  ...{ unhealthyAfter: true, revalidateMs: true, initialBackoffMs: true, maxBackoffMs: true },
};

/** Throws `invalid_argument` that names the option, or what is wrong with the codec's name. */
export function completeOptions(options: ManagerOptions): ManagerSettings {
  checkOptions('Manager', options, names);
  checkOptions('Manager', options.watch ?? {}, watchNames, 'watch.');
  const { store, cache = new LruCache(), codecs = defaultCodecs(), defaultCodec = 'json' } = options;
  const { watch = {}, aliases = {}, maxKeysPerNamespace = Number.POSITIVE_INFINITY } = options;
  if (typeof store?.get !== 'function') throw new ConfigError('invalid_argument', 'option store must be a store');
  if (typeof cache?.get !== 'function') throw new ConfigError('invalid_argument', 'option cache must be a cache');
  if (typeof aliases !== 'object' || Array.isArray(aliases))
    throw new ConfigError('invalid_argument', 'option aliases must be an object of aliases and keys');
  checkCodecName(defaultCodec);
  const { references = false } = options;
  if (typeof references !== 'boolean')
    throw new ConfigError('invalid_argument', 'option references must be true or false');
  if (maxKeysPerNamespace !== Number.POSITIVE_INFINITY) wholeNumber('maxKeysPerNamespace', maxKeysPerNamespace, 1);
  return {
    ...{ store, cache, codecs, defaultCodec, aliases, maxKeysPerNamespace, references },
    logger: safeLogger(options.logger),
    backoff: completeReconnect(watch),
    bootstrap: bootstrapValues(options.bootstrap ?? {}, codecs, defaultCodec),
    waitMs: completeWait(options.waitMs ?? 2_000),
    revalidateMs: wholeNumber('watch.revalidateMs', watch.revalidateMs ?? 10_000, 1, maxInt32),
    unhealthyAfter: wholeNumber('watch.unhealthyAfter', watch.unhealthyAfter ?? 3, 1),
  };
}

const completeWait = (waitMs: number): number =>
  waitMs === Number.POSITIVE_INFINITY ? waitMs : wholeNumber('option waitMs', waitMs, 0, maxInt32);
