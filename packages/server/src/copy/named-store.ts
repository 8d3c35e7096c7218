import { ConfigError, type Logger, MemoryStore, type Store } from '@cfg/core';
import { maxInt32 } from '@cfg/core/store';
import { chooseStore, type StoreOptions } from '../store-choice.js';

/** A copy drops nothing: what is kept is for whoever uses the store then. */
const keepsAll: StoreOptions = { history: maxInt32, logLimit: maxInt32, historyDays: 0, logDays: 0, deletedDays: 0 };

/**
 * The store that a copy reads or writes, as its user names it: `sqlite:PATH`, `postgres://…` or, to read,
 * `grpc://HOST:PORT` or `grpcs://HOST:PORT`, a running server. Opens nothing yet.
 */
export async function namedStore(
  choice: string,
  name: string,
  token: string | undefined,
  logger: Logger,
): Promise<Store> {
  const server = /^(grpcs?):\/\/([^/]+)\/?$/.exec(choice);
  if (server !== null) {
    const { RemoteStore } = await import('@cfg/client');
    return new RemoteStore(server[2] as string, {
      token,
      insecure: server[1] === 'grpc',
      callTimeoutMs: 60_000,
      logger,
    });
  }
  const { store } = chooseStore({ ...keepsAll, store: choice }, () => name, logger);
  if (store instanceof MemoryStore) {
    throw new ConfigError(
      'invalid_argument',
      `${name}: a store in memory is another process's; name its server, grpc://HOST:PORT`,
    );
  }
  return store;
}
