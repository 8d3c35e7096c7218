import { ConfigError, type Logger, MemoryStore, type Store } from '@cfg/core';
import { PostgresStore } from '@cfg/postgres';
import { SqliteStore } from '@cfg/sqlite';

/** What a store keeps, and whom it tells of failed writes. */
export interface Retention {
  readonly historyLimit: number;
  readonly logLimit: number;
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
export function makeStore(choice: string, name: string, { logger, ...limits }: Retention): ChosenStore {
  if (choice === 'memory') return { store: new MemoryStore(limits), storeName: choice };
  if (choice.startsWith('sqlite:')) {
    const path = choice.slice('sqlite:'.length);
    if (path === '') throw wrong(`${name}: sqlite: needs a file, as in sqlite:config.db`);
    return { store: new SqliteStore(path, { ...limits, logger }), storeName: choice };
  }
  if (/^postgres(ql)?:/.test(choice)) {
    // The address holds a password: it is not repeated.
    if (!/^postgres(ql)?:\/\//.test(choice) || !URL.canParse(choice)) {
      throw wrong(`${name} must be an address such as postgres://user:password@host:5432/database`);
    }
    const { host, pathname } = new URL(choice);
    return { store: new PostgresStore(choice, { ...limits, logger }), storeName: `postgres://${host}${pathname}` };
  }
  throw wrong(`${name} must be memory, sqlite:PATH or postgres://…, not ${JSON.stringify(choice)}`);
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
