import { LocalStore } from '@cfg/core/store';
import { completeOptions, type SqliteStoreOptions } from './options.js';
import { SqliteEngine } from './sqlite-engine.js';

/**
 * A store in one SQLite file, with everything that core's contract knows. A write that was acknowledged survives the end
 * of the process and a power loss. Several processes may have the same file open; it must be on a local disk.
 *
 * `connect()` opens the file, or makes it in a directory that exists. It fails with `invalid_argument` for a file that is
 * not such a store's (nothing is written into it) and with `unavailable` for one that cannot be used; both name the file
 * and the cause. Changes made by other processes come with the next poll (`pollIntervalMs`).
 *
 * @example
 * await using store = new SqliteStore('config.db');
 * await store.connect();
 */
export class SqliteStore extends LocalStore {
  /** Opens nothing yet. Throws `invalid_argument` for a path or an option that cannot be meant. */
  constructor(path: string, options: SqliteStoreOptions = {}) {
    super(new SqliteEngine(completeOptions(path, options)));
  }
}
