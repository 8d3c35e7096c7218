import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  type Explanation,
  type GetOptions,
  type Layers,
  type LiveOptions,
  type Logger,
  Manager,
  type ManagerOptions,
  type Namespace,
  type PendingLive,
  type Served,
  type StandardSchema,
  type Store,
  type Value,
} from '@cfg/core';
import { checkOptions, type OptionNames, within } from '@cfg/core/store';
import { FileCache, type FileCacheOptions } from './cache-file/file-cache.js';
import type { RemoteStoreOptions } from './options.js';
import { RemoteStore } from './remote-store.js';

export interface AppConfigOptions extends Omit<ManagerOptions, 'store' | 'cache'> {
  /** The namespace of the app; of several, the first that has a key is read. */
  readonly namespace: string | readonly string[];
  /** Of the server, or of several with the same data. Default: `CFG_ADDRESS`, with commas between several. */
  readonly address?: string | readonly string[] | undefined;
  /** Options of the `RemoteStore`. `token` is by default `CFG_TOKEN`; `insecure`, whether `CFG_INSECURE` is `true`. */
  readonly server?: RemoteStoreOptions | undefined;
  /** In place of a server, such as a `MemoryStore` in tests. */
  readonly store?: Store | undefined;
  /**
   * Where the last known values are kept: a path, or `false` for nowhere. Default: a file of the namespace's name under
   * `CFG_CACHE_DIR`, else under `.cache/cfg` in the home folder.
   */
  readonly cacheFile?: string | false | undefined;
  /** See {@link FileCacheOptions}: for secrets in the cache file. */
  readonly cache?: FileCacheOptions | undefined;
  /** Longest time to wait for the server, in milliseconds; then it goes on with what is remembered. Default 2,000. */
  readonly waitMs?: number | undefined;
  /** `server`: fail rather than go on without it. */
  readonly required?: 'server' | undefined;
}

/** How a namespace of an app is served. */
export interface AppNamespaceStatus extends Served {
  readonly namespace: string;
  /** Whether it is followed now. */
  readonly connected: boolean;
  /** Why not. */
  readonly lastError: ConfigError | undefined;
}

/**
 * The configuration of an app: the five lines. Resolves within `waitMs` with whatever there is: the server, else the cache
 * file, else the `bootstrap` values, else the defaults of a schema; the server wins as soon as it answers. Rejects only for
 * an option that is wrong, and with `required: 'server'`.
 *
 * @example
 * await using config = await connect({ namespace: 'payments' });
 * const db = config.live('db', z.object({ host: z.string(), pool: z.number().default(10) }));
 * await db.ready;
 * using _ = db.on('change', ({ current, changed }) => changed.has('pool') && pool.resize(current.pool));
 * console.log(db.current.host);
 */
export async function connect(options: AppConfigOptions): Promise<AppConfig> {
  checkAppOptions(options);
  const { namespace, address, server, store, cacheFile, cache, waitMs = 2_000, required, ...manager } = options;
  const names = typeof namespace === 'string' ? [namespace] : namespace;
  const { logger } = manager;
  const file = cacheFile === false ? undefined : (cacheFile ?? defaultFile(names));
  const made = new Manager({
    ...manager,
    waitMs,
    store: store ?? remoteStore(address, server, logger),
    ...(file !== undefined && { cache: new FileCache(file, { logger, ...cache }) }),
  });
  const config = new AppConfig(made, made.namespace(names));
  try {
    if (required === 'server') await requireServer(made, names, waitMs);
    else await made.connect({ offline: true, waitMs });
  } catch (error) {
    await made.close();
    throw error;
  }
  return config;
}

const optionNames: OptionNames<AppConfigOptions> = {
  ...{ namespace: true, address: true, server: true, store: true, cacheFile: true, cache: true, required: true },
  ...{ codecs: true, defaultCodec: true, aliases: true, maxKeysPerNamespace: true, logger: true, watch: true },
  ...{ bootstrap: true, waitMs: true, references: true },
};

function checkAppOptions(options: AppConfigOptions): void {
  checkOptions('connect()', options, optionNames);
  const wrong = (why: string): ConfigError => new ConfigError('invalid_argument', why);
  const { namespace, required } = options;
  if (namespace === undefined) throw wrong('option namespace is missing: whose keys to read');
  if (![namespace].flat().every((name) => typeof name === 'string'))
    throw wrong('option namespace must be a string, or a list of strings');
  if (required !== undefined && required !== 'server') throw wrong("option required must be 'server', or be left out");
}

/** Connects, and asks for one key, so that a server is required that answers this caller. */
async function requireServer(manager: Manager, [first = '']: readonly string[], waitMs: number): Promise<void> {
  const late = (): ConfigError => new ConfigError('unavailable', `the server does not answer within ${waitMs} ms`);
  const asked = async (): Promise<void> => {
    await manager.connect();
    await manager.namespace(first).find({ limit: 1 });
  };
  await within(asked(), waitMs, late);
}

/** An app's configuration, as {@link connect} returns it: the reads of its namespaces, and the end of it all. */
export class AppConfig implements AsyncDisposable {
  readonly manager: Manager;
  /** The namespaces, read as one. */
  readonly layers: Layers;

  constructor(manager: Manager, layers: Layers) {
    this.manager = manager;
    this.layers = layers;
  }

  /** The first of the namespaces: to write, to watch, and for whatever else. */
  get namespace(): Namespace {
    return this.layers.namespaces[0] as Namespace;
  }

  /** See `namespace.get`. */
  get(key: string, options?: GetOptions): Promise<Value> {
    return this.layers.get(key, options);
  }

  /** See `namespace.peek`. */
  peek(key: string): Value | undefined {
    return this.layers.peek(key);
  }

  /** See `namespace.has`. */
  has(key: string, options?: GetOptions): Promise<boolean> {
    return this.layers.has(key, options);
  }

  /** See `namespace.live`. */
  live<S extends StandardSchema>(prefix: string, schema: S, options?: LiveOptions): PendingLive<S> {
    return this.layers.live(prefix, schema, options);
  }

  /** Which namespace a key is read from, and what is hidden behind it. */
  explain(key: string, options?: GetOptions): Promise<Explanation | undefined> {
    return this.layers.explain(key, options);
  }

  /** How each namespace is served, in their order. */
  get status(): readonly AppNamespaceStatus[] {
    return this.layers.namespaces.map((each) => ({
      ...{ namespace: each.name, ...each.served },
      ...{ connected: each.status?.type === 'live', lastError: each.status?.error },
    }));
  }

  /** Ends everything, and writes the cache file. Closing twice is fine. */
  close(): Promise<void> {
    return this.manager.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function remoteStore(
  address: AppConfigOptions['address'],
  options: RemoteStoreOptions | undefined,
  logger: Logger | undefined,
): RemoteStore {
  const { CFG_ADDRESS, CFG_TOKEN, CFG_INSECURE } = process.env;
  const server = address ?? CFG_ADDRESS?.split(',').map((each) => each.trim());
  if (server === undefined) {
    throw new ConfigError('invalid_argument', 'address is missing: neither option address nor CFG_ADDRESS is given');
  }
  return new RemoteStore(server, {
    ...(CFG_TOKEN && { token: CFG_TOKEN }),
    ...(CFG_INSECURE === 'true' && { insecure: true }),
    ...(logger && { logger }),
    ...options,
  });
}

/** The names of namespaces are also those of files. */
function defaultFile(names: readonly string[]): string {
  const folder = process.env.CFG_CACHE_DIR ?? join(homedir(), '.cache', 'cfg');
  return join(folder, `${names.join('+').replaceAll(':', '_')}.cache`);
}
