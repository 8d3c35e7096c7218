import type { Store, TransferRecord } from '@cfg/core';
import type { Peer } from '../lease/peer.js';
import type { Member } from '../ring/ring-state.js';

/** A way to another node. */
export interface Connection {
  /** The other node's store, connected. Calls on it are marked as sent by a peer. */
  store(): Promise<Store>;
  /** What only nodes of ours understand. */
  readonly peer: Peer<TransferRecord>;
  close(): Promise<void>;
}

/** Opens the ways to other nodes. */
export interface Dialer {
  /** `from` is the id of this node. Opens nothing yet; a node that is not there fails each call with `unavailable`. */
  dial(member: Member, from: string): Connection;
}
