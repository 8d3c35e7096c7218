import type { Address } from '../wire/address.js';
import type { KnownNode } from './node-table.js';

/** One node is being asked whether it is there. */
export interface Probe {
  readonly node: KnownNode;
  readonly seqNo: number;
  readonly startedAt: number;
  /** When others are asked to try. */
  indirectAt: number;
  /** When it is decided. */
  readonly endsAt: number;
  /** How many of those who were asked said that they will tell if they hear nothing, and how many did. */
  nacksExpected: number;
  nacks: number;
  isAnsweredByStream: boolean;
}

/** A ping that was made for another node. */
export interface Relay {
  readonly requester: Address;
  /** The requester's own number of the ping. */
  readonly seqNo: number;
  readonly nackAt: number;
  readonly wantsNack: boolean;
}

/** Pings for others that are under way at most. */
const mostRelays = 1_024;

/** The pings that wait for an answer, by their numbers. */
export class Relays {
  readonly #relays = new Map<number, Relay>();

  /** When the next one has waited for too long. */
  get deadline(): number {
    const [first] = this.#relays.values(); // all wait equally long
    return first?.nackAt ?? Number.POSITIVE_INFINITY;
  }

  /** Returns false if there are too many already. */
  add(seqNo: number, relay: Relay): boolean {
    if (this.#relays.size >= mostRelays) return false;
    this.#relays.set(seqNo, relay);
    return true;
  }

  /** The ping was answered. */
  take(seqNo: number): Relay | undefined {
    const relay = this.#relays.get(seqNo);
    this.#relays.delete(seqNo);
    return relay;
  }

  /** Those that were not answered in time. */
  takeExpired(now: number): Relay[] {
    const expired: Relay[] = [];
    for (const [seqNo, relay] of this.#relays) {
      if (relay.nackAt > now) break;
      this.#relays.delete(seqNo);
      expired.push(relay);
    }
    return expired;
  }
}
