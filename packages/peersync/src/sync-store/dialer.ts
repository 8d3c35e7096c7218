import type { Store, TransferRecord } from '@cfg/core';
import type { Peer } from '../lease/peer.js';
import type { Member } from '../ring/ring-state.js';

/** The ways in which a node becomes the owner of namespaces. */
export interface Claims {
  /** Brings the namespace to the node, and records that it is to stay there. */
  claim(namespace: string): Promise<void>;
  /** Removes the node's record. Returns whether there was one. */
  unclaim(namespace: string): Promise<boolean>;
}

/** A way to another node. */
export interface Connection {
  /** The other node's store, connected. Calls on it are marked as sent by a peer. */
  store(): Promise<Store>;
  /** The same once it is connected: what then needs no promise. */
  readonly opened?: Store | undefined;
  /** The requests that only nodes of ours understand. */
  readonly peer: Peer<TransferRecord> & Claims;
  close(): Promise<void>;
}

/** Opens the ways to other nodes. */
export interface Dialer {
  /** `from` is the id of this node. Opens nothing yet; a node that is not there fails each call with `unavailable`. */
  dial(member: Member, from: string): Connection;
}
