import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AppConfig,
  type AppConfigOptions,
  type BatchWrite,
  connect,
  MemoryStore,
  Secret,
  type SetValueOptions,
  type Value,
} from '@cfg/client';
import { checkOptions, type OptionNames } from '@cfg/core/store';
import { Faults } from './faulty-store.js';

export interface FakeConfigOptions
  extends Pick<AppConfigOptions, 'aliases' | 'bootstrap' | 'codecs' | 'logger' | 'references' | 'waitMs'> {
  /** Default `test`. Of several, the first that has a key is read. */
  readonly namespace?: string | readonly string[] | undefined;
  /** When it is, in milliseconds since the epoch. Default: the time at which it is made. */
  readonly nowMs?: number | undefined;
}

const optionNames: OptionNames<FakeConfigOptions> = {
  ...{ namespace: true, nowMs: true, aliases: true, bootstrap: true, codecs: true, logger: true, references: true },
  waitMs: true,
};

/** Data for the first namespace: an object, whose nested names are joined by `/` to keys. */
export type FakeData = Readonly<Record<string, unknown>>;

/**
 * An app's configuration for its tests: as `connect()` of `@cfg/client` returns it, over a server in memory, without a
 * socket. What goes wrong and what time it is, the test says.
 */
export class FakeConfig extends AppConfig {
  /** Outages, delays and lost watches, on demand. */
  readonly faults: Faults;
  /** The server's data: changes made here are another client's, and seen as soon as a watch tells them. */
  readonly server: MemoryStore;
  readonly #clock: { nowMs: number };

  constructor(config: AppConfig, parts: { faults: Faults; server: MemoryStore; clock: { nowMs: number } }) {
    super(config.manager, config.layers);
    this.faults = parts.faults;
    this.server = parts.server;
    this.#clock = parts.clock;
  }

  /** Sets a key in the first namespace, and settles when every reader and live reference has seen it. */
  async set(key: string, data: unknown, options?: SetValueOptions): Promise<Value> {
    const value = await this.namespace.set(key, data, options);
    await this.settled();
    return value;
  }

  /** Deletes a key in the first namespace; settles as {@link set}. */
  async delete(key: string): Promise<void> {
    await this.namespace.delete(key);
    await this.settled();
  }

  /** Lets time pass on the server, so that keys expire: real time does not matter there. */
  async advance(ms: number): Promise<void> {
    this.#clock.nowMs += ms;
    // Reading commits what is due.
    for (const { name } of this.layers.namespaces) await this.server.find(name, { limit: 1 });
    await this.settled();
  }

  /** Settles when all changes so far have been seen. Call it after changes to `server`. Do not during an outage. */
  async settled(): Promise<void> {
    for (const namespace of this.layers.namespaces) {
      const { namespaceRevision } = await this.server.revision(namespace.name);
      while (namespace.status !== undefined && namespace.served.revision < namespaceRevision) await nextTurn();
    }
    // Live references check what they were told.
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  }
}

/**
 * Makes a configuration for a test. Close it at the end, by `await using`, say: then nothing is left, timers included.
 *
 * @example
 * await using config = await fakeConfig({ db: { host: 'localhost', pool: 10 } });
 * const app = startApp(config);
 * await config.set('db/pool', 20); // every live reference has seen it now
 * config.faults.outage();          // and now the server is away
 */
export async function fakeConfig(data: FakeData = {}, options: FakeConfigOptions = {}): Promise<FakeConfig> {
  checkOptions('fakeConfig', options, optionNames);
  const { namespace = 'test', nowMs = Date.now(), ...rest } = options;
  const clock = { nowMs };
  const faults = new Faults();
  const server = new MemoryStore({ now: () => clock.nowMs });
  const store = faults.over(server);
  const config = await connect({
    ...rest,
    ...{ namespace, store, cacheFile: false, watch: { initialBackoffMs: 1, maxBackoffMs: 20 } },
  });
  const writes = writesOf(data);
  if (writes.length > 0) await config.namespace.batch(writes);
  return new FakeConfig(config, { faults, server, clock });
}

/** The writes that make the data: nested objects are keys joined by `/`. */
function writesOf(data: FakeData, prefix = ''): BatchWrite[] {
  return Object.entries(data).flatMap(([name, value]): BatchWrite[] => {
    if (value === undefined) return [];
    const isObject = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    if (isObject) return writesOf(value as FakeData, `${prefix}${name}/`);
    const codec = value instanceof Secret ? { codec: 'secret' } : {};
    return [{ type: 'set', key: prefix + name, data: value, ...codec }];
  });
}
