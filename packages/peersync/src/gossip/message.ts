import type { Member, RingState } from '../ring/ring-state.js';

/** "I am here." Ours also tell how far the sender's ring is, so that a difference is found and mended. */
export interface Heartbeat {
  readonly is: 'heartbeat';
  readonly from: Member;
  /** The fields that only nodes of ours add; undefined from a node of the original. */
  readonly ring?: { readonly epoch: number; readonly digest: number } | undefined;
}

/** "This is the ring." Says nothing about who sends it. */
export interface RingChange {
  readonly is: 'ring';
  readonly state: RingState;
}

export type GossipMessage = Heartbeat | RingChange;
