import { type Alias, type CapabilityOf, ConfigError, can, type Entry, type Store } from '@cfg/core';

/** How much is read at a time. */
const pageSize = 500;
const pageBytes = 8 * 1024 * 1024;

/** How many histories are read side by side. */
const atOnce = 16;

/** All that is kept of one key, oldest first, tombstones included. */
export type History = readonly Entry[];

/** A store whose past can be read: one at hand, or one on a server. */
export type SourceStore = Store & CapabilityOf<'versions'> & CapabilityOf<'namespaces'> & CapabilityOf<'aliases'>;

/** Throws `unsupported`, naming what it lacks. */
export function sourceStore(store: Store): SourceStore {
  for (const capability of ['versions', 'namespaces', 'aliases', 'tombstones'] as const) {
    if (!can(store, capability)) throw new ConfigError('unsupported', `the store to read has no ${capability}`);
  }
  return store as SourceStore;
}

/** Reads all that a store keeps, in the order of namespaces and keys. */
export class PastReader {
  readonly #store: SourceStore;

  constructor(store: SourceStore) {
    this.#store = store;
  }

  /** Of a store on a server, those that have keys: it does not tell others. */
  async namespaces(): Promise<readonly string[]> {
    if (can(this.#store, 'transfer')) return this.#store.everyNamespace();
    return (await this.#store.namespaces()).namespaces;
  }

  aliases(): Promise<readonly Alias[]> {
    return this.#store.listAliases();
  }

  /** The last states of the namespace's keys, page by page. */
  async *pages(namespace: string): AsyncGenerator<readonly Entry[], void, undefined> {
    for (let cursor = ''; ; ) {
      const query = { includeDeleted: true, limit: pageSize, maxBytes: pageBytes, cursor };
      const { entries, nextCursor } = await this.#store.find(namespace, query);
      if (entries.length > 0) yield entries;
      if (nextCursor === '') return;
      cursor = nextCursor;
    }
  }

  /** The histories of the keys, in their order. One that has been deleted for good meanwhile is empty. */
  async *histories(lasts: readonly Entry[]): AsyncGenerator<History, void, undefined> {
    for (let start = 0; start < lasts.length; start += atOnce) {
      yield* await Promise.all(lasts.slice(start, start + atOnce).map((last) => this.#history(last)));
    }
  }

  async #history(last: Entry): Promise<History> {
    // The first version of a key that is there has nothing before it.
    if (last.version === 1 && !last.deleted) return [last];
    const { namespace, key } = last;
    const newest: Entry[] = [];
    for (let cursor = ''; ; ) {
      const query = { includeDeleted: true, limit: pageSize, maxBytes: pageBytes, cursor };
      const page = await this.#store.versions(namespace, key, query).catch(gone);
      newest.push(...page.entries);
      if (page.nextCursor === '') return newest.reverse();
      cursor = page.nextCursor;
    }
  }
}

function gone(error: unknown): { readonly entries: readonly Entry[]; readonly nextCursor: string } {
  if ((error as { code?: unknown }).code === 'not_found') return { entries: [], nextCursor: '' };
  throw error;
}
