import { ConfigError, can, type FullStore, type Store } from '@cfg/core';
import { type ClusterOptions, type ClusterSettings, completeCluster } from '../cluster/options.js';
import type { Dialer } from './dialer.js';
import { transferringStore } from './store-data.js';

export interface SyncStoreOptions extends Omit<ClusterOptions, 'keptEpoch'> {
  /** Opens the ways to the other nodes: `grpcDialer`. */
  readonly dialer: Dialer;
  /**
   * How many nodes of ours must be known before a namespace is begun or claimed: more than half of the cluster rules out
   * that two halves, which never heard of each other, begin the same one. Default 1.
   */
  readonly minMembers?: number | undefined;
  /**
   * How many nodes keep a copy of each namespace beside the one that holds it: when that one is gone, reads are answered
   * from a copy, and a claim goes on from it. The same at all nodes. Default 1; 0 to 10.
   */
  readonly followers?: number | undefined;
}

/** A node's own store: connected by the `SyncStore`, and closed by it. */
export type LocalStoreOfNode = Omit<FullStore, 'audit' | 'supportsCodec'>;

export interface SyncStoreSettings {
  readonly local: LocalStoreOfNode;
  readonly cluster: ClusterSettings;
  readonly dialer: Dialer;
  readonly minMembers: number;
  readonly followers: number;
}

const needed = ['aliases', 'namespaces', 'stats', 'snapshot', 'batch', 'restore', 'health'] as const;

/** Throws `invalid_argument` with the option's name, or `unsupported` for a store that lacks something. */
export function completeSyncStore(store: Store, options: SyncStoreOptions): SyncStoreSettings {
  const { dialer, minMembers = 1, followers = 1 } = options;
  if (typeof store?.get !== 'function') throw new ConfigError('invalid_argument', 'store must be a store');
  if (typeof dialer?.dial !== 'function') throw new ConfigError('invalid_argument', 'dialer must be a dialer');
  if (!Number.isInteger(minMembers) || minMembers < 1) {
    throw new ConfigError('invalid_argument', 'minMembers must be a whole number, 1 or more');
  }
  if (!Number.isInteger(followers) || followers < 0 || followers > 10) {
    throw new ConfigError('invalid_argument', 'followers must be a whole number from 0 to 10');
  }
  const lacking = needed.find((capability) => !can(store, capability));
  if (lacking !== undefined) throw new ConfigError('unsupported', `a node of a cluster needs a store with ${lacking}`);
  const local = transferringStore(store) as unknown as LocalStoreOfNode;
  return { local, cluster: completeCluster(options), dialer, minMembers, followers };
}
