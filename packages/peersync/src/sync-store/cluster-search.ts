import { type CallOptions, ConfigError, type FullStore, type SearchPage, type SearchQuery } from '@cfg/core';
import { decodeCursor, encodeCursor, limitOf } from '@cfg/core/store';

export interface SearchParts {
  readonly self: string;
  readonly local: Pick<FullStore, 'search'>;
  /** All other nodes' stores, by id. */
  readonly others: () => Promise<ReadonlyMap<string, Pick<FullStore, 'search'>>>;
  /** Whether this node holds the namespace: it may have copies of others. */
  readonly owns: (namespace: string) => boolean;
}

/** Where each node's search goes on, by the node's id. A node that has nothing more is left out. */
type Cursors = Readonly<Record<string, string>>;

/** Searches over all nodes: a page is made of a page of each, and its cursor of theirs. */
export class ClusterSearch {
  readonly #parts: SearchParts;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** The matches on this node itself: for peers. */
  async own(query: SearchQuery, options?: CallOptions): Promise<SearchPage> {
    const { local, owns } = this.#parts;
    const page = await local.search(query, options);
    return { ...page, matches: page.matches.filter(({ entry }) => owns(entry.namespace)) };
  }

  /** The matches on all nodes; within a page the last changed come first. */
  async all(query: SearchQuery, options?: CallOptions): Promise<SearchPage> {
    const { self, others } = this.#parts;
    const scope = `cluster search\n${JSON.stringify([query.text, query.in, query.namespacePrefix, query.keyPrefix])}`;
    const stores = new Map([[self, { search: this.own.bind(this) }], ...(await others())]);
    const told = decodeCursor(scope, query.cursor);
    const cursors: Cursors =
      told === undefined ? Object.fromEntries([...stores.keys()].map((id) => [id, ''])) : JSON.parse(told);
    const ids = Object.keys(cursors);
    // A page of fewer matches than there are nodes is of some of them; the others' turn comes with the next.
    const limit = limitOf(query.limit);
    const asked = ids.slice(0, limit);
    const share = (most: number): number => (Number.isFinite(most) ? Math.max(1, Math.floor(most / asked.length)) : 0);
    const bounds = { limit: share(limit), maxBytes: share(query.maxBytes || Number.POSITIVE_INFINITY) };
    const pages = await Promise.all(
      asked.map((id) => {
        const store = stores.get(id);
        if (store === undefined) throw new ConfigError('unavailable', `node ${id} is not there`);
        return store.search({ ...query, ...bounds, cursor: cursors[id] }, options);
      }),
    );
    const left = ids.slice(asked.length).map((id) => [id, cursors[id]]);
    const goOn = asked.map((id, at) => [id, pages[at]?.nextCursor]).filter(([, cursor]) => cursor !== '');
    const next = [...left, ...goOn];
    const matches = pages.flatMap((page) => page.matches);
    const { revision = 0, logId = '' } = pages[asked.indexOf(self)] ?? {};
    return {
      matches: matches.sort((a, b) => b.entry.updatedAtMs - a.entry.updatedAtMs),
      nextCursor: next.length === 0 ? '' : encodeCursor(scope, JSON.stringify(Object.fromEntries(next))),
      revision,
      logId,
    };
  }
}
