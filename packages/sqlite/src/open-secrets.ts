import type { DatabaseSync } from 'node:sqlite';
import { type DataKeys, type OpenSealing, refuseSealed, Sealer } from '@cfg/core/store';
import { areKeysChanged } from './fault.js';
import { keyRowsOf, SqliteKeyTable } from './key-table.js';
import type { Settings } from './options.js';

/** The data keys of an open file, for the thread that reads and the one that writes. */
export class OpenSecrets {
  readonly sealer: Sealer;
  readonly #settings: Settings;
  readonly #onKeys: (keys: DataKeys) => Promise<void>;
  #table: SqliteKeyTable | undefined;
  #open: OpenSealing | undefined;
  #loading: Promise<void> = Promise.resolve();

  /** `onKeys` passes the keys on to the thread that writes. */
  constructor(settings: Settings, onKeys: (keys: DataKeys) => Promise<void>) {
    this.sealer = new Sealer(settings.sealing?.policy);
    this.#settings = settings;
    this.#onKeys = onKeys;
  }

  /** Throws `invalid_argument` where the keys are not those of the file, or are missing. */
  async open(reading: DatabaseSync): Promise<void> {
    const { path, busyTimeoutMs, sealing } = this.#settings;
    if (sealing === undefined) return refuseSealed(keyRowsOf(reading));
    const table = new SqliteKeyTable(path, busyTimeoutMs);
    this.#table = table;
    this.#open = await sealing.open(table, (keys) => this.#load(keys));
    await this.#loading;
  }

  /** Runs a commit. Where another process has changed the keys, they are loaded before its error is passed on. */
  async withKeys<T>(commit: () => Promise<T>): Promise<T> {
    try {
      return await commit();
    } catch (error) {
      if (!areKeysChanged(error)) throw error;
      await this.#open?.refresh();
      await this.#loading;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#open?.close();
    await this.#table?.close();
  }

  #load(keys: DataKeys): void {
    this.sealer.load(keys);
    // A thread that died gets them when it is started again.
    this.#loading = this.#onKeys(keys).catch(() => {});
  }
}
