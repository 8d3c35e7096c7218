import { type Cache, LruCache } from './cache.js';
import { checkCodecName } from '../codecs/codec.js';
import { type CodecRegistry, defaultCodecs } from '../codecs/registry.js';
import { ConfigError } from '../contract/errors.js';
import { type Logger, safeLogger } from '../util/logger.js';
import type { Store } from '../contract/store.js';
import { wholeNumber } from '../util/whole-number.js';
import { Aliases } from './aliases.js';

export interface ManagerWatchOptions {
  /** The wait before the first reconnect, in milliseconds; doubled with each failure. Default 100; more than 0. */
  readonly initialBackoffMs?: number;
  /** The longest wait, in milliseconds. Default 30,000; at least `initialBackoffMs`, at most 2^30. */
  readonly maxBackoffMs?: number;
  /** After so many failures in a row `health()` is not ok. Default 3; at least 1. */
  readonly unhealthyAfter?: number;
}

export interface ManagerOptions {
  /** Connected and closed by the manager. */
  readonly store: Store;
  /** Default: the 10,000 keys used last. */
  readonly cache?: Cache;
  /** Default: json, secret, toml and yaml. */
  readonly codecs?: CodecRegistry;
  /** What `set` encodes with unless told. Default `json`. */
  readonly defaultCodec?: string;
  /** Aliases from the start: alias to key. One of the store's with the same name wins. */
  readonly aliases?: Readonly<Record<string, string>>;
  /**
   * `set` fails with `resource_exhausted` where it would create one key more. Default: no limit; at least 1. Checked
   * before the write, so that several writers together can exceed it; costs up to two calls of the store before each
   * such set.
   */
  readonly maxKeysPerNamespace?: number;
  /** Default: silent. */
  readonly logger?: Logger;
  readonly watch?: ManagerWatchOptions;
}

/** The options, complete and checked. */
export interface ManagerSettings {
  readonly store: Store;
  readonly cache: Cache;
  readonly codecs: CodecRegistry;
  readonly defaultCodec: string;
  readonly aliases: Aliases;
  readonly maxKeysPerNamespace: number;
  readonly logger: Logger;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
  readonly unhealthyAfter: number;
}

/** Throws `invalid_argument` that names the option, or what is wrong with an alias or the codec's name. */
export function completeOptions(options: ManagerOptions): ManagerSettings {
  const { store, cache = new LruCache(), codecs = defaultCodecs(), defaultCodec = 'json', watch = {} } = options;
  if (typeof store?.get !== 'function') throw new ConfigError('invalid_argument', 'store must be a store');
  checkCodecName(defaultCodec);
  const logger = safeLogger(options.logger);
  const { initialBackoffMs = 100, maxBackoffMs = 30_000, unhealthyAfter = 3 } = watch;
  atLeast('watch.initialBackoffMs', initialBackoffMs, Number.MIN_VALUE);
  atLeast('watch.maxBackoffMs', maxBackoffMs, initialBackoffMs);
  if (maxBackoffMs > 2 ** 30) throw new ConfigError('invalid_argument', 'watch.maxBackoffMs must be at most 2^30');
  wholeNumber('watch.unhealthyAfter', unhealthyAfter, 1);
  const { maxKeysPerNamespace = Number.POSITIVE_INFINITY } = options;
  if (maxKeysPerNamespace !== Number.POSITIVE_INFINITY) wholeNumber('maxKeysPerNamespace', maxKeysPerNamespace, 1);
  const backoff = { initialMs: initialBackoffMs, maxMs: maxBackoffMs };
  const aliases = new Aliases({ store, seed: options.aliases ?? {}, logger, backoff });
  return { store, cache, codecs, defaultCodec, aliases, maxKeysPerNamespace, logger, backoff, unhealthyAfter };
}

function atLeast(name: string, value: number, least: number): void {
  if (value >= least) return;
  throw new ConfigError('invalid_argument', `${name} must be a number, at least ${least}, not ${value}`);
}
