import { ConfigError, type Logger, MemoryStore, type Store } from '@cfg/core';
import { SqliteStore } from '@cfg/sqlite';

/** What a store keeps, and whom it tells of failed writes. */
export interface Retention {
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly logger: Logger;
}

/**
 * Makes the store that `choice` names, `memory` or `sqlite:PATH`, without opening anything.
 *
 * @param name what the user calls the option; errors name it so
 */
export function makeStore(choice: string, name: string, { logger, ...limits }: Retention): Store {
  if (choice === 'memory') return new MemoryStore(limits);
  if (choice.startsWith('sqlite:')) {
    const path = choice.slice('sqlite:'.length);
    if (path === '') throw new ConfigError('invalid_argument', `${name}: sqlite: needs a file, as in sqlite:config.db`);
    return new SqliteStore(path, { ...limits, logger });
  }
  throw new ConfigError('invalid_argument', `${name} must be memory or sqlite:PATH, not ${JSON.stringify(choice)}`);
}
