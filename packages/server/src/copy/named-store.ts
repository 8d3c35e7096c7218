import { ConfigError, type Logger, MemoryStore, type Store } from '@cfg/core';
import { maxInt32 } from '@cfg/core/store';
import { chooseSecrets } from '../secrets-choice.js';
import { chooseStore, type StoreOptions } from '../store-choice.js';

/** A copy drops nothing: what is kept is for whoever uses the store then. */
const keepsAll: StoreOptions = { history: maxInt32, logLimit: maxInt32, historyDays: 0, logDays: 0, deletedDays: 0 };

export interface NamedStore {
  readonly choice: string;
  /** The name by which the user knows the option. */
  readonly name: string;
  /** For a server. */
  readonly token?: string | undefined;
  /** The key that seals the store's secrets. */
  readonly secrets?: string | undefined;
}

/**
 * The store that a copy reads or writes, as its user names it: `sqlite:PATH`, `postgres://…` or, to read,
 * `grpc://HOST:PORT` or `grpcs://HOST:PORT`, a running server. Opens nothing yet.
 */
export async function namedStore({ choice, name, token, secrets }: NamedStore, logger: Logger): Promise<Store> {
  const server = /^(grpcs?):\/\/([^/]+)\/?$/.exec(choice);
  if (server !== null) {
    const { RemoteStore } = await import('@cfg/client');
    const [, scheme, address = ''] = server;
    return new RemoteStore(address, { token, insecure: scheme === 'grpc', callTimeoutMs: 60_000, logger });
  }
  const sealing = chooseSecrets({ secrets }, () => `${name}-secrets`, logger);
  const { store } = await chooseStore({ ...keepsAll, store: choice }, sealing, () => name, logger);
  if (store instanceof MemoryStore) {
    const why = "a store in memory is another process's; name its server, grpc://HOST:PORT";
    throw new ConfigError('invalid_argument', `${name}: ${why}`);
  }
  return store;
}
