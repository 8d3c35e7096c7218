import {
  type CapabilityOf,
  type Change,
  ConfigError,
  can,
  type Entry,
  isConfigError,
  type Store,
  type TransferRecord,
} from '@cfg/core';
import type { LastPage, NamespaceData } from '../handover/data.js';
import type { DataPage, LogPlace } from '../lease/peer.js';
import { namespaceOfLease, nodeNamespace } from './node-records.js';

/** Keys whose histories are read together, and bytes of their newest values after which there are no more. */
const walkKeys = 200;
const walkBytes = 2 ** 20;

/** A page ends after so many records, or bytes of values. */
const pageRecords = 2_000;
const pageBytes = 2 ** 20;

/** The last page, for which writes are held back: what is more is sent while they go on. */
const lastRecords = 20_000;
const lastBytes = 4 * 2 ** 20;

/** The capabilities that a node's own store must have. */
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

export interface Changed extends LogPlace {
  /** Undefined where the log does not reach back so far. */
  readonly namespaces: ReadonlySet<string> | undefined;
  readonly leases: readonly string[];
}

type Page = DataPage<TransferRecord>;

/** The data of a node's own store, as handovers move them: all versions of all keys, then what has changed since. */
export class StoreData implements NamespaceData<TransferRecord> {
  readonly #store: TransferringStore;

  constructor(store: TransferringStore) {
    this.#store = store;
  }

  /** From the log where it reaches back to `position`; else every key is looked at, and what is later is sent. */
  async *pages(namespace: string, position: number): AsyncGenerator<Page, void, undefined> {
    const { revision, oldestRevision, namespaceRevision } = await this.#store.revision(namespace);
    if (namespaceRevision <= position) {
      yield { records: [], position: revision };
      return;
    }
    let from = position;
    if (from > 0 && from >= oldestRevision) {
      try {
        for await (const page of this.#logged(namespace, from, revision)) {
          yield page;
          from = page.position;
        }
        return;
      } catch (error) {
        // It was compacted while it was read: others write more than is sent.
        if (!isConfigError(error, 'revision_compacted')) throw error;
      }
    }
    yield* this.#walked(namespace, from, revision, oldestRevision);
  }

  /** Which namespaces, and which of this node's leases, have changed after that place in the log; undefined where it does not reach back so far. */
  async changed(after: LogPlace): Promise<Changed> {
    const { revision: position, logId, oldestRevision } = await this.#store.revision();
    if (after.logId !== logId || after.position < oldestRevision || after.position > position) {
      return { namespaces: undefined, leases: [], position, logId };
    }
    const namespaces = new Set<string>();
    const leases = new Set<string>();
    try {
      await this.#readLog(undefined, after.position, position, ({ namespace, key }) => {
        const leased = namespace === nodeNamespace ? namespaceOfLease(key) : undefined;
        if (leased === undefined) namespaces.add(namespace);
        else leases.add(leased);
      });
    } catch (error) {
      if (!isConfigError(error, 'revision_compacted')) throw error;
      return { namespaces: undefined, leases: [], position, logId };
    }
    return { namespaces, leases: [...leases], position, logId };
  }

  async last(namespace: string, position: number): Promise<LastPage<TransferRecord>> {
    const records: TransferRecord[] = [];
    let bytes = 0;
    let at = position;
    for await (const page of this.pages(namespace, position)) {
      bytes += page.records.reduce((sum, { entry }) => sum + entry.size, 0);
      if (records.length + page.records.length > lastRecords || bytes > lastBytes) {
        return { records, position: at, isAll: false };
      }
      records.push(...page.records);
      at = page.position;
    }
    return { records, position: at, isAll: true };
  }

  put(namespace: string, records: readonly TransferRecord[]): Promise<void> {
    return this.#store.transfer(namespace, records, { keepsSecrets: true });
  }

  async *#logged(namespace: string, after: number, to: number): AsyncGenerator<Page, void, undefined> {
    const page = new Gathered();
    for await (const { entry, requestId, revision } of this.#log(namespace, after, to)) {
      page.add({ entry, requestId });
      if (page.isFull) yield { records: page.take(), position: revision };
    }
    yield { records: page.take(), position: to };
  }

  async *#walked(
    namespace: string,
    after: number,
    revision: number,
    oldest: number,
  ): AsyncGenerator<Page, void, undefined> {
    const requestIds = await this.#requestIds(namespace, Math.max(after, oldest), revision);
    const page = new Gathered();
    let cursor = '';
    do {
      const found = await this.#store.find(namespace, {
        limit: walkKeys,
        maxBytes: walkBytes,
        includeDeleted: true,
        cursor,
      });
      cursor = found.nextCursor;
      const later = found.entries.filter((entry) => entry.revision > after);
      const histories = await Promise.all(later.map(({ key }) => this.#history(namespace, key)));
      for (const history of histories) {
        for (const entry of history) {
          if (entry.revision <= after) continue;
          page.add({ entry, requestId: requestIds.get(nameOf(entry)) ?? '' });
          // Until the last page there is nothing to go on from: a pull that is cut off begins again.
          if (page.isFull) yield { records: page.take(), position: after };
        }
      }
    } while (cursor !== '');
    yield { records: page.take(), position: revision };
  }

  /** A key's kept versions and deletions, oldest first. */
  async #history(namespace: string, key: string): Promise<Entry[]> {
    const { entries } = await this.#store.versions(namespace, key, { includeDeleted: true });
    return [...entries].reverse();
  }

  /** Request ids are in the log only, as far as it reaches back. */
  async #requestIds(namespace: string, from: number, to: number): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    try {
      await this.#readLog(namespace, from, to, (entry, requestId) => {
        if (requestId !== '') ids.set(nameOf(entry), requestId);
      });
    } catch (error) {
      if (!isConfigError(error, 'revision_compacted')) throw error;
    }
    return ids;
  }

  async #readLog(
    namespace: string | undefined,
    after: number,
    to: number,
    take: (entry: Entry, requestId: string) => void,
  ): Promise<void> {
    for await (const { entry, requestId } of this.#log(namespace, after, to)) take(entry, requestId);
  }

  /** Sets and deletions of the log after one revision and up to another. */
  async *#log(namespace: string | undefined, after: number, to: number): AsyncGenerator<Change, void, undefined> {
    if (after >= to) return;
    await using log = this.#store.watch(namespace === undefined ? {} : { namespaces: [namespace] }, {
      startRevision: after,
      progress: true,
    });
    for await (const event of log) {
      if (event.revision <= to && (event.type === 'set' || event.type === 'delete')) yield event;
      if (event.revision >= to) return;
    }
  }
}

/** Records of a page. */
class Gathered {
  #records: TransferRecord[] = [];
  #bytes = 0;

  add(record: TransferRecord): void {
    this.#records.push(record);
    this.#bytes += record.entry.size;
  }

  get isFull(): boolean {
    return this.#records.length >= pageRecords || this.#bytes >= pageBytes;
  }

  take(): TransferRecord[] {
    const records = this.#records;
    this.#records = [];
    this.#bytes = 0;
    return records;
  }
}

const nameOf = ({ key, version, deleted }: Entry): string => `${key} ${version} ${deleted}`;
