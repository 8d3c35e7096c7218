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
import {
  type Answers,
  type Engine,
  type EngineReader,
  failedWatch,
  type Operation,
  runNow,
  type Steps,
} from '@cfg/core/store';
import { faultOf } from './fault.js';
import { OpenFile } from './open-file.js';
import type { Settings } from './options.js';

/** Holds a store's data in a SQLite file, which other processes may have open too. */
export class SqliteEngine implements Engine {
  readonly name = 'the SQLite store';
  readonly secrets: SecretPolicy | undefined;
  readonly #settings: Settings;
  #file: OpenFile | undefined;

  constructor(settings: Settings) {
    this.secrets = settings.sealing?.policy;
    this.#settings = settings;
  }

  now(): number {
    return this.#settings.now();
  }

  /** Throws as `openReading` does. */
  async open(onExpiry: () => void): Promise<void> {
    this.#file = await OpenFile.open(this.#settings, onExpiry);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  keep(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(bytes);
  }

  get(namespace: string, key: string): Entry | undefined {
    return this.#guarded(({ reader }) => reader.get(namespace, key));
  }

  nextExpiry(): number | undefined {
    return this.#guarded(({ reader }) => reader.nextExpiry());
  }

  read<T>(work: (reader: EngineReader) => Steps<T>): T {
    return this.#guarded(({ reader }) => reader.transaction(() => runNow(work(reader))));
  }

  submit<O extends Operation>(operation: O, signal?: AbortSignal): Promise<Answers[O['type']]> {
    return this.#open.queue.submit(operation, signal);
  }

  watch(filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream {
    return this.#file === undefined ? failedWatch(faultOf(undefined)) : this.#file.follower.watch(filter, options);
  }

  logState(): LogState | undefined {
    return this.#file?.follower.state();
  }

  compaction(): CompactionState | undefined {
    return this.#file?.compaction;
  }

  health(): Promise<Health> {
    return this.#open.health();
  }

  /** Runs `read`; what SQLite throws comes as a `ConfigError`. */
  #guarded<T>(read: (file: OpenFile) => T): T {
    const file = this.#open;
    try {
      return read(file);
    } catch (error) {
      throw file.faultOf(error);
    }
  }

  /** A store makes no calls before it has opened its engine. */
  get #open(): OpenFile {
    return this.#file as OpenFile;
  }
}
