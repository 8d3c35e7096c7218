import { type CallOptions, ConfigError, type FullStore, isConfigError } from '@cfg/core';
import type { Cluster } from '../cluster/cluster.js';
import type { LeaseBook } from '../lease/lease-book.js';
import { type NamespaceRouter, ownerTold } from '../lease/router.js';
import type { Connections } from './connections.js';
import type { Follower } from './follower.js';
import type { LocalStoreOfNode } from './options.js';
import { isForwarded, markStale } from './way.js';

export interface CallsParts {
  readonly cluster: Cluster;
  readonly local: LocalStoreOfNode;
  readonly book: LeaseBook;
  readonly router: NamespaceRouter;
  readonly connections: Connections;
  readonly follower: Follower;
  readonly followers: number;
}

/** A call of a store. */
export type Act<T> = (store: FullStore) => Promise<T>;

/** Makes calls of the store wherever their namespace is held; reads of what a lost node held, where there is a copy. */
export class NamespaceCalls {
  readonly #parts: CallsParts;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  run<T>(namespace: string, write: boolean, act: Act<T>, options: CallOptions | undefined): Promise<T> {
    const { local, book, router, connections, follower } = this.#parts;
    const here = (): Promise<T> => act(local as unknown as FullStore);
    if (!write && book.owns(namespace)) return here();
    const routed = (): Promise<T> =>
      router.run<T>(namespace, {
        write,
        forwarded: isForwarded(options),
        here,
        there: (id) => this.#there(namespace, id, write, act),
        copy() {
          const lease = book.get(namespace);
          if (lease?.is !== 'handed' || lease.partial) return undefined;
          markStale(options, follower.ageMs(namespace));
          return here();
        },
        nowhere: here, // there is nothing, which the store says in the right words
      });
    if (write || isForwarded(options)) return routed();
    const holder = router.likely(namespace);
    const opened = holder === undefined ? undefined : connections.to(holder).opened;
    // Most reads: they go straight to the node that is there and has answered before.
    if (opened === undefined) return routed();
    return act(opened as FullStore).catch((error: unknown) => {
      if (ownerTold(error) === undefined) throw error;
      return routed();
    });
  }

  async #there<T>(namespace: string, id: string, write: boolean, act: Act<T>): Promise<T> {
    const { cluster, connections } = this.#parts;
    const store = async (to: string): Promise<FullStore> => (await connections.to(to).store()) as FullStore;
    if (cluster.membership.addressOf(id) !== undefined) return act(await store(id));
    const what = `namespace ${namespace} is held by ${id}, who is gone`;
    if (write) throw new ConfigError('read_only', `${what}: it is read-only until it is claimed`);
    for (const follower of this.#followersOf(namespace, id)) {
      try {
        return await act(await store(follower));
      } catch (error) {
        if (!isConfigError(error, 'unavailable', 'not_owner')) throw error;
      }
    }
    throw new ConfigError('unavailable', what);
  }

  #followersOf(namespace: string, holder: string): string[] {
    const { cluster, connections, followers } = this.#parts;
    const { self, membership, ring } = cluster;
    const isThere = (id: string): boolean => membership.isAlive(id) && !connections.isOriginal(id);
    return ring.followersOf(namespace, holder, followers).filter((id) => id !== self.id && isThere(id));
  }
}
