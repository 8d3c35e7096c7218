import type { CallOptions, FullStore, NamespacePage, NamespaceQuery, Stats } from '@cfg/core';
import { decodeCursor, encodeCursor, limitOf } from '@cfg/core/store';

export interface ListingParts {
  readonly local: Pick<FullStore, 'namespaces' | 'stats'>;
  /** All other nodes' stores. */
  readonly others: () => Promise<ReadonlyMap<string, FullStore>>;
  /** Whether this node holds the namespace: it may have copies of others. */
  readonly owns: (namespace: string) => boolean;
}

/** The namespaces of all nodes. */
export class ClusterListing {
  readonly #parts: ListingParts;

  constructor(parts: ListingParts) {
    this.#parts = parts;
  }

  /** `ownOnly`: those that this node holds, for peers. */
  async namespaces(query: NamespaceQuery, ownOnly: boolean, options?: CallOptions): Promise<NamespacePage> {
    const { prefix = '', cursor } = query;
    const scope = `cluster namespaces\n${prefix}`;
    const after = decodeCursor(scope, cursor) ?? '';
    const limit = limitOf(query.limit);
    const names = new Set(await this.#own(prefix, options));
    if (!ownOnly) {
      const lists = [...(await this.#parts.others()).values()].map((store) => store.namespaces({ prefix }, options));
      for (const { namespaces } of await Promise.all(lists)) for (const name of namespaces) names.add(name);
    }
    const all = [...names].sort().filter((name) => name > after);
    const page = all.slice(0, limit);
    const last = page.at(-1);
    return {
      namespaces: page,
      nextCursor: last !== undefined && all.length > page.length ? encodeCursor(scope, last) : '',
    };
  }

  async stats(ownOnly: boolean, options?: CallOptions): Promise<Stats> {
    const { local, others, owns } = this.#parts;
    const own = [...(await local.stats(options)).namespaces].filter(([name]) => owns(name));
    const namespaces = new Map(own);
    if (!ownOnly) {
      const all = await Promise.all([...(await others()).values()].map((store) => countsOf(store, options)));
      for (const counts of all) for (const [name, count] of counts) namespaces.set(name, count);
    }
    return { namespaces };
  }

  async #own(prefix: string, options: CallOptions | undefined): Promise<string[]> {
    const { namespaces } = await this.#parts.local.namespaces({ prefix }, options);
    return namespaces.filter(this.#parts.owns);
  }
}

/** A remote store does not tell its counts: they are those of its lists then. */
async function countsOf(store: FullStore, options: CallOptions | undefined): Promise<ReadonlyMap<string, number>> {
  if (store.features.has('stats')) return (await store.stats(options)).namespaces;
  const { namespaces } = await store.namespaces({}, options);
  const counts = namespaces.map(async (name) => [name, (await store.find(name, {}, options)).entries.length] as const);
  return new Map(await Promise.all(counts));
}
