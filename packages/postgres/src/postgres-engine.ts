import type {
  ChangeStream,
  CompactionState,
  Entry,
  Health,
  LogState,
  SecretPolicy,
  WatchFilter,
  WatchOptions,
} from '@cfg/core';
import { type Answers, type Engine, type EngineReader, failedWatch, type Operation, type Steps } from '@cfg/core/store';
import { faultOf } from './fault.js';
import { OpenDatabase } from './open-database.js';
import type { Settings } from './options.js';

/** Holds a store's data in a PostgreSQL database, which other servers may use too. */
export class PostgresEngine implements Engine {
  readonly name = 'the PostgreSQL store';
  readonly secrets: SecretPolicy | undefined;
  readonly #settings: Settings;
  #database: OpenDatabase | undefined;

  constructor(settings: Settings) {
    this.secrets = settings.sealing?.policy;
    this.#settings = settings;
  }

  now(): number {
    return this.#settings.now();
  }

  /** Throws as {@link OpenDatabase.open} does. */
  async open(onExpiry: () => void): Promise<void> {
    this.#database = await OpenDatabase.open(this.#settings, onExpiry);
  }

  async close(): Promise<void> {
    await this.#database?.close();
  }

  keep(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(bytes);
  }

  get(namespace: string, key: string): Promise<Entry | undefined> {
    return this.#open.reads.get(namespace, key);
  }

  nextExpiry(): Promise<number | undefined> {
    return this.#open.reads.nextExpiry();
  }

  read<T>(work: (reader: EngineReader) => Steps<T>): Promise<T> {
    return this.#open.reads.read(work);
  }

  submit<O extends Operation>(operation: O, signal?: AbortSignal): Promise<Answers[O['type']]> {
    return this.#open.queue.submit(operation, signal);
  }

  watch(filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream {
    return this.#database === undefined
      ? failedWatch(faultOf(undefined))
      : this.#database.follower.watch(filter, options);
  }

  logState(): LogState | undefined {
    return this.#database?.follower.state();
  }

  compaction(): CompactionState | undefined {
    return this.#database?.compaction;
  }

  health(): Promise<Health> {
    return this.#open.health();
  }

  /** A store makes no calls before it has opened its engine. */
  get #open(): OpenDatabase {
    return this.#database as OpenDatabase;
  }
}
