import {
  type ChangeStream,
  ConfigError,
  type Store,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
} from '@cfg/core';
import { revisionCompacted } from '@cfg/core/store';
import type { LeaseBook } from '../lease/lease-book.js';
import { MergedStream } from './merged-stream.js';
import { nodeNamespace } from './node-records.js';

export interface ClusterWatchParts {
  readonly local: Store;
  readonly book: LeaseBook;
  /** The other nodes' stores, by id. Fails with `unavailable` where one cannot be reached. */
  readonly others: () => Promise<ReadonlyMap<string, Store>>;
  /** Who holds the namespace; undefined: nobody yet. */
  readonly holderOf: (namespace: string) => Promise<string | undefined>;
  readonly self: string;
}

/**
 * Watches over the whole cluster. A watch of namespaces that one node holds is that node's, and resumes in its log. One
 * over several nodes is live only: it has no place in a log. When a namespace changes hands, or members come or go, the
 * watches concerned end as compacted, so that their clients read again: nothing is missed in silence.
 */
export class ClusterWatch {
  readonly #parts: ClusterWatchParts;
  readonly #own = new Set<MergedStream>();
  readonly #wide = new Set<MergedStream>();

  constructor(parts: ClusterWatchParts) {
    this.#parts = parts;
  }

  /** The changes that the filter lets through on this node itself: for peers, who join them with those of others. */
  own(filter: WatchFilter | undefined, options: WatchOptions | undefined): MergedStream {
    const { local, book } = this.#parts;
    const keep = (event: WatchEvent): boolean => {
      if (event.type !== 'set' && event.type !== 'delete') return true;
      const { namespace } = event.entry;
      return namespace !== nodeNamespace && book.owns(namespace);
    };
    return this.#add(this.#own, new MergedStream([local.watch(filter, options)], keep, this.#forget));
  }

  /** The changes that the filter lets through on all nodes. */
  async all(filter: WatchFilter | undefined, options: WatchOptions = {}): Promise<ChangeStream> {
    const { self, others, holderOf } = this.#parts;
    const stores = await others();
    if (stores.size === 0) return this.#add(this.#wide, this.own(filter, options)); // ends when somebody joins
    const namespaces = filter?.namespaces ?? [];
    const holders = new Set(await Promise.all(namespaces.map(holderOf)));
    const [holder] = holders;
    if (holders.size === 1 && holder !== undefined) {
      if (holder === self) return this.own(filter, options);
      const store = stores.get(holder);
      if (store === undefined) throw new ConfigError('unavailable', `node ${holder} is not there`);
      return store.watch(filter, { ...options, resume: false });
    }
    if (options.startRevision !== undefined) throw revisionCompacted('the watch is over the logs of several nodes', 0);
    const { signal, caller } = options;
    const streams = [...stores.values()].map((store) => store.watch(filter, { signal, caller, resume: false }));
    const merged = [this.own(filter, { signal }), ...streams];
    const live = new MergedStream(merged, (event) => event.type !== 'progress', this.#forget);
    return this.#add(this.#wide, live);
  }

  /** A namespace came to this node or left it. */
  moved(namespace: string): void {
    for (const stream of this.#own) stream.fail(revisionCompacted(`namespace ${namespace} has changed hands`, 0));
  }

  /** Members came or went. */
  membersChanged(): void {
    for (const stream of this.#wide) stream.fail(revisionCompacted('the members of the cluster have changed', 0));
  }

  close(): void {
    const closed = new ConfigError('closed', 'the store is closed');
    for (const stream of [...this.#own, ...this.#wide]) stream.fail(closed);
  }

  readonly #forget = (stream: MergedStream): void => {
    this.#own.delete(stream);
    this.#wide.delete(stream);
  };

  #add(set: Set<MergedStream>, stream: MergedStream): MergedStream {
    set.add(stream);
    return stream;
  }
}
