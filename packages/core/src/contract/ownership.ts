import type { CallOptions } from './store.js';

/**
 * Where a cluster keeps who claimed which namespace, so that it outlives its nodes: one record for each namespace. All
 * methods fail with `unavailable` where the records cannot be reached.
 */
export interface OwnershipStore {
  /** Records that the node owns the namespace, in place of whoever owned it. */
  claim(namespace: string, nodeId: string, options?: CallOptions): Promise<void>;
  /** Removes the record, if it is the node's. Returns whether it was. */
  unclaim(namespace: string, nodeId: string, options?: CallOptions): Promise<boolean>;
  /** Owners by namespace: all of them, or only what this node owns. */
  owners(nodeId?: string, options?: CallOptions): Promise<ReadonlyMap<string, string>>;
}
