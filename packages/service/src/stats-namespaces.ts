import {
  type CallOptions,
  can,
  type Logger,
  type NamespaceListing,
  type NamespacePage,
  type NamespaceQuery,
  type Store,
} from '@cfg/core';
import { decodeCursor, encodeCursor } from '@cfg/core/store';

/**
 * Lists the namespaces of a store that only has statistics. Reading those may be costly: it is done once for all who ask
 * meanwhile, and the result is kept for a while.
 */
export class StatsNamespaces implements NamespaceListing {
  #store: Store;
  #cacheMs: number;
  #logger: Logger;
  #warned = false;
  #flight: Promise<readonly string[]> | undefined;
  #cached: { readonly names: readonly string[]; readonly untilMs: number } | undefined;

  constructor(store: Store, cacheMs: number, logger: Logger) {
    this.#store = store;
    this.#cacheMs = cacheMs;
    this.#logger = logger;
  }

  async namespaces(query: NamespaceQuery = {}, _options?: CallOptions): Promise<NamespacePage> {
    const { prefix = '', limit = 0 } = query;
    const scope = `namespaces by stats\n${prefix}`;
    const after = decodeCursor(scope, query.cursor) ?? '';
    const names = (await this.#names()).filter((name) => name > after && name.startsWith(prefix));
    if (limit === 0 || names.length <= limit) return { namespaces: names, nextCursor: '' };
    const namespaces = names.slice(0, limit);
    return { namespaces, nextCursor: encodeCursor(scope, namespaces.at(-1) ?? '') };
  }

  async #names(): Promise<readonly string[]> {
    if (this.#cached !== undefined && performance.now() < this.#cached.untilMs) return this.#cached.names;
    this.#flight ??= this.#read().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #read(): Promise<readonly string[]> {
    if (!this.#warned) {
      this.#warned = true;
      this.#logger.warn({ cacheMs: this.#cacheMs }, 'the store does not list namespaces; listing them from its stats');
    }
    const { namespaces } = can(this.#store, 'stats') ? await this.#store.stats() : { namespaces: [] };
    const names = [...namespaces].filter(([name, keys]) => name !== '' && keys > 0).map(([name]) => name);
    names.sort();
    this.#cached = { names, untilMs: performance.now() + this.#cacheMs };
    return names;
  }
}
