import { ConfigError, type Logger, MemoryStore, type Store } from '@cfg/core';
import type { KeyTable } from '@cfg/core/store';
import { openPostgresKeys, PostgresStore } from '@cfg/postgres';
import { type Durability, openSqliteKeys, SqliteStore } from '@cfg/sqlite';
import type { ChosenSecrets } from './secrets-choice.js';

/** What a store keeps, and how, and whom it tells of failed writes. */
export interface StoreSettings {
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly durability: Durability | undefined;
  readonly secrets: ChosenSecrets | undefined;
  readonly logger: Logger;
}

/** A store, and what it may be called where others read it: without a password. */
export interface ChosenStore {
  readonly store: Store;
  readonly storeName: string;
}

/**
 * Makes the store that `choice` names, `memory`, `sqlite:PATH` or `postgres://…`, without opening anything.
 *
 * @param name what the user calls the option; errors name it so
 */
export function makeStore(
  choice: string,
  name: string,
  { logger, durability, secrets, ...limits }: StoreSettings,
): ChosenStore {
  const path = sqlitePath(choice, name);
  const sealing = secrets?.sealing;
  if (path !== undefined) {
    return { store: new SqliteStore(path, { ...limits, durability, sealing, logger }), storeName: choice };
  }
  if (durability !== undefined) throw wrong('durability can be chosen for a SQLite file only');
  if (choice === 'memory')
    return { store: new MemoryStore({ ...limits, secrets: secrets?.policy }), storeName: choice };
  if (/^postgres(ql)?:/.test(choice)) {
    // The address holds a password: it is not repeated.
    if (!/^postgres(ql)?:\/\//.test(choice) || !URL.canParse(choice)) {
      throw wrong(`${name} must be an address such as postgres://user:password@host:5432/database`);
    }
    const { host, pathname } = new URL(choice);
    return {
      store: new PostgresStore(choice, { ...limits, sealing, logger }),
      storeName: `postgres://${host}${pathname}`,
    };
  }
  throw wrong(`${name} must be memory, sqlite:PATH or postgres://…, not ${JSON.stringify(choice)}`);
}

/** The data keys of the store that `choice` names. Throws `invalid_argument`. */
export async function openKeyTable(choice: string, name: string): Promise<KeyTable> {
  const path = sqlitePath(choice, name);
  if (path !== undefined) return openSqliteKeys(path);
  if (/^postgres(ql)?:\/\//.test(choice)) return openPostgresKeys(choice);
  throw wrong(`${name} must be sqlite:PATH or postgres://…`);
}

/** The file that `choice` names; `undefined` where it names another kind of store. Throws `invalid_argument`. */
export function sqlitePath(choice: string, name: string): string | undefined {
  if (!choice.startsWith('sqlite:')) return undefined;
  const path = choice.slice('sqlite:'.length);
  if (path === '') throw wrong(`${name}: sqlite: needs a file, as in sqlite:config.db`);
  return path;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
