import type { Health } from '@cfg/core';
import type { Member } from '../ring/ring-state.js';

/** The events of a transport. None of the handlers throws. */
export interface TransportEvents {
  /** Gossip has come, perhaps one's own, perhaps more than once. */
  received(bytes: Uint8Array): void;
  /** Somebody is there now; or said goodbye, or is not heard any more. Only from one that tells members by itself. */
  joined(member: Member): void;
  ended(id: string, how: 'left' | 'gone'): void;
  /** The way to the others is open again after it was not: what was said meanwhile is lost. */
  reopened(): void;
}

/** How the gossip of a cluster travels. */
export interface Transport {
  /** Whether it tells by itself who is there. Else heartbeats do. */
  readonly tellsMembers: boolean;
  /** Fails with `unavailable` or `invalid_argument` where it can never work. Once only. */
  connect(self: Member, events: TransportEvents): Promise<void>;
  /** Makes itself known to a cluster by the addresses of some nodes, where the transport needs that. */
  join?(peers: readonly string[]): Promise<void>;
  /** Tells everyone. `key`: a later message with the same one makes this one needless. Fails with `unavailable`. */
  publish(bytes: Uint8Array, key: string): Promise<void>;
  /** Says goodbye and closes. Closing twice is fine. */
  close(): Promise<void>;
  health(): Promise<Health>;
}
