import { type CapabilityOf, ConfigError, can, type Store, type TransferRecord } from '@cfg/core';
import type { Cluster } from '../cluster/cluster.js';
import type { HandoverTaker } from '../handover/taker.js';
import type { LeaseFinder } from '../lease/finder.js';
import type { LeaseBook } from '../lease/lease-book.js';
import type { Peers } from '../lease/peer.js';
import type { Connections } from './connections.js';
import type { StoreData } from './store-data.js';

/** Entries of an original's that are read at once. */
const pageKeys = 100;

export interface OwnerParts {
  readonly cluster: Cluster;
  readonly book: LeaseBook;
  readonly finder: LeaseFinder;
  readonly taker: HandoverTaker<TransferRecord>;
  readonly connections: Connections;
  readonly peers: Peers<TransferRecord>;
  readonly data: StoreData;
}

/** Brings namespaces to this node. */
export class NamespaceOwner {
  readonly #parts: OwnerParts;

  constructor(parts: OwnerParts) {
    this.#parts = parts;
  }

  /**
   * Makes this node the holder: by a handover from a node that is there, by a copy of what a node of the original tells,
   * or in place of one that is gone, with what its followers and this node have of it.
   */
  async obtain(namespace: string): Promise<void> {
    const { cluster, book, finder, taker } = this.#parts;
    if (book.owns(namespace)) return;
    const holder = await finder.find(namespace);
    if (holder === undefined) {
      await this.#copyFromOriginal(namespace);
      await finder.begin(namespace);
    } else if (cluster.membership.addressOf(holder.by) !== undefined) await taker.take(namespace, holder.by);
    else {
      await this.#copyFromFollowers(namespace, holder.by);
      await finder.claim(namespace);
    }
    if (!book.owns(namespace)) {
      throw new ConfigError('unavailable', `namespace ${namespace}: another node was quicker; try again`);
    }
  }

  /** What other nodes have of a namespace whose holder is gone: some may have a later copy than this one. */
  async #copyFromFollowers(namespace: string, lost: string): Promise<void> {
    const { peers, data } = this.#parts;
    for (const id of peers.present()) {
      const peer = peers.get(id);
      const lease = await peer.lookup(namespace);
      if (lease?.is !== 'handed' || lease.to !== lost) continue;
      for await (const { records } of peer.pull(namespace, 0)) await data.put(namespace, records);
    }
  }

  /** A namespace that the ring gives to a node of the original is read there before it is announced as this node's. */
  async #copyFromOriginal(namespace: string): Promise<void> {
    const { cluster, connections, data } = this.#parts;
    const owner = cluster.ring.ownerOf(namespace);
    if (owner === undefined || owner === cluster.self.id || !connections.isOriginal(owner)) return;
    if (cluster.membership.addressOf(owner) === undefined) return;
    const store = await connections.to(owner).store();
    let cursor = '';
    do {
      const page = await store.find(namespace, { limit: pageKeys, cursor });
      const histories = await Promise.all(page.entries.map((entry) => historyOf(store, namespace, entry.key)));
      await data.put(namespace, histories.flat());
      cursor = page.nextCursor;
    } while (cursor !== '');
  }
}

async function historyOf(store: Store, namespace: string, key: string): Promise<TransferRecord[]> {
  const entries = can(store, 'versions')
    ? (await (store as Store & CapabilityOf<'versions'>).versions(namespace, key)).entries
    : [await store.get(namespace, key)];
  return [...entries].reverse().map((entry) => ({ entry, requestId: '' }));
}
