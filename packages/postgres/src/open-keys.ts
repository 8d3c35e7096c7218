import type { KeyTable } from '@cfg/core/store';
import { Database } from './database.js';
import { faultOf } from './fault.js';
import { PostgresKeyTable } from './key-table.js';
import { completeOptions, type PostgresStoreOptions } from './options.js';
import { namesOf, prepareSchema } from './schema.js';
import { statementsOf } from './statements.js';

/**
 * The data keys of a PostgreSQL store, for `rotateKeys` and the like of `@cfg/secrets`; servers may use the database
 * meanwhile. Rejects with `invalid_argument` for what cannot be such a store's, and `unavailable` where it cannot be used.
 *
 * @example
 * const table = await openPostgresKeys('postgres://user:password@host/database');
 * console.log(await keyStatus(table));
 * await table.close();
 */
export async function openPostgresKeys(
  url: string,
  options: Pick<PostgresStoreOptions, 'tablePrefix' | 'tls'> = {},
): Promise<KeyTable> {
  const settings = completeOptions(url, options);
  const database = await Database.load(settings);
  const names = namesOf(settings.tablePrefix);
  try {
    await prepareSchema(database, names);
    return new PostgresKeyTable(database, names, statementsOf(names));
  } catch (error) {
    await database.close();
    throw faultOf(error);
  }
}
