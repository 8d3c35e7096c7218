import { LocalStore } from '@cfg/core/store';
import { completeOptions, type PostgresStoreOptions } from './options.js';
import { PostgresEngine } from './postgres-engine.js';

/**
 * A store in a PostgreSQL database, with everything that core's contract knows. Any number of servers may use the same
 * database, and behave as one: every write is decided on what all have committed, revisions are in the order of the
 * commits, and watchers see the changes of all.
 *
 * `connect()` makes the tables where there are none. It fails with `invalid_argument` for a database that is not such a
 * store's, and with `unavailable` for one that cannot be used; both name host and database, and the cause.
 *
 * @example
 * await using store = new PostgresStore('postgres://cfg:secret@db.example.com/cfg');
 * await store.connect();
 */
export class PostgresStore extends LocalStore {
  /** Connects to nothing yet. Throws `invalid_argument` for an address or an option that cannot be meant. */
  constructor(url: string, options: PostgresStoreOptions = {}) {
    super(new PostgresEngine(completeOptions(url, options)));
  }
}
