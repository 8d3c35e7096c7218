import { type CapabilityOf, ConfigError, can, type Entry, type Store, type TransferRecord } from '@cfg/core';
import type { NamespaceData } from '../handover/data.js';
import type { DataPage, LogPlace } from '../lease/peer.js';

/** Keys of a page, and bytes of values after which it ends. */
const pageKeys = 200;
const pageBytes = 4 * 2 ** 20;

/** What a node's own store must be able to do. */
export type TransferringStore = Store & CapabilityOf<'revisions'> & CapabilityOf<'versions'> & CapabilityOf<'transfer'>;

/** Throws `unsupported` for a store that cannot hand its namespaces over. */
export function transferringStore(store: Store): TransferringStore {
  if (can(store, 'revisions') && can(store, 'versions') && can(store, 'transfer') && can(store, 'tombstones'))
    return store;
  throw new ConfigError(
    'unsupported',
    'a node of a cluster needs a store with revisions, versions, tombstones and transfer',
  );
}

/** The data of a node's own store, as handovers move them: all versions of all keys, then what the log has since. */
export class StoreData implements NamespaceData<TransferRecord> {
  readonly #store: TransferringStore;

  constructor(store: TransferringStore) {
    this.#store = store;
  }

  async *pages(namespace: string, position: number): AsyncIterable<DataPage<TransferRecord>> {
    if (position > 0) {
      yield await this.since(namespace, position);
      return;
    }
    const { revision, oldestRevision } = await this.#store.revision(namespace);
    const requestIds = await this.#requestIds(namespace, oldestRevision, revision);
    let cursor = '';
    do {
      const page = await this.#store.find(namespace, {
        limit: pageKeys,
        maxBytes: pageBytes,
        includeDeleted: true,
        cursor,
      });
      const histories = await Promise.all(page.entries.map(({ key }) => this.#history(namespace, key)));
      const records = histories.flat().map((entry) => ({ entry, requestId: requestIds.get(nameOf(entry)) ?? '' }));
      cursor = page.nextCursor;
      // Until the last page there is nothing to go on from: a pull that is cut off begins again.
      yield { records, position: cursor === '' ? revision : 0 };
    } while (cursor !== '');
  }

  /** Which namespaces have changed after that place in the log; undefined where it does not reach back so far. */
  async changed(after: LogPlace): Promise<{ readonly namespaces: ReadonlySet<string> | undefined } & LogPlace> {
    const { revision: position, logId, oldestRevision } = await this.#store.revision();
    if (after.logId !== logId || after.position < oldestRevision || after.position > position) {
      return { namespaces: undefined, position, logId };
    }
    const namespaces = new Set<string>();
    await this.#readLog(undefined, after.position, position, ({ namespace }) => namespaces.add(namespace));
    return { namespaces, position, logId };
  }

  async since(namespace: string, position: number): Promise<DataPage<TransferRecord>> {
    const { revision } = await this.#store.revision(namespace);
    const records: TransferRecord[] = [];
    await this.#readLog(namespace, position, revision, (entry, requestId) => records.push({ entry, requestId }));
    return { records, position: revision };
  }

  put(namespace: string, records: readonly TransferRecord[]): Promise<void> {
    return this.#store.transfer(namespace, records);
  }

  /** A key's kept versions and deletions, oldest first. */
  async #history(namespace: string, key: string): Promise<Entry[]> {
    const { entries } = await this.#store.versions(namespace, key, { includeDeleted: true });
    return [...entries].reverse();
  }

  /** Request ids are in the log only. */
  async #requestIds(namespace: string, from: number, to: number): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    await this.#readLog(namespace, from, to, (entry, requestId) => {
      if (requestId !== '') ids.set(nameOf(entry), requestId);
    });
    return ids;
  }

  async #readLog(
    namespace: string | undefined,
    after: number,
    to: number,
    take: (entry: Entry, requestId: string) => void,
  ): Promise<void> {
    if (after >= to) return;
    await using log = this.#store.watch(namespace === undefined ? {} : { namespaces: [namespace] }, {
      startRevision: after,
      progress: true,
    });
    for await (const event of log) {
      if (event.revision <= to && (event.type === 'set' || event.type === 'delete')) take(event.entry, event.requestId);
      if (event.revision >= to) return;
    }
  }
}

const nameOf = ({ key, version, deleted }: Entry): string => `${key} ${version} ${deleted}`;
