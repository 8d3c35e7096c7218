import type { Membership } from '../membership/membership.js';
import type { Ring } from '../ring/ring.js';
import { type RingState, sorted } from '../ring/ring-state.js';

/** The owners that the ring must name, as far as this node knows. */
export interface Ownership {
  /** Owners by namespace, as recorded by claims. */
  readonly claims: ReadonlyMap<string, string>;
  /** Namespaces whose data this node holds. */
  readonly holdings: ReadonlySet<string>;
}

export const nothingOwned: Ownership = { claims: new Map(), holdings: new Set() };

/** A node's knowledge when it judges a ring. */
export interface Facts {
  readonly self: string;
  readonly membership: Membership;
  readonly ownership: Ownership;
  /** Pins (undefined: unpins) of this node, so recent that a ring of another node may not know of them yet. */
  readonly pins: ReadonlyMap<string, string | undefined>;
  /** Whether this node has been up for long enough that everyone who is there was heard. */
  readonly heardEveryone: boolean;
}

/**
 * The rules by which rings converge, whatever nodes of the original among the members do. Each is one function, so that
 * the simulation can take one out and show what it is good for. {@link ringRules} are in force.
 */
export interface RingRules {
  /** The epoch at which a node goes on after a restart, from the last one that it kept; 0: none was kept. */
  restartEpoch(kept: number): number;
  /** Why a received ring is not even looked at. */
  refusal(received: RingState, known: RingState, facts: Facts): string | undefined;
  /** The member that took its leave by this ring. (A leave raises the epoch by one; repairs raise it by two.) */
  leaver(received: RingState, known: RingState): string | undefined;
  /** One ring out of two with the same epoch. Every node makes the same. */
  merge(mine: RingState, theirs: RingState, facts: Facts): RingState;
  /** Whether a node that is behind is told the ring. */
  answersWhoIsBehind: boolean;
  /** The ring with what is wrong in it put right; the same object if nothing is. Its epoch is not raised. */
  repair(ring: Ring, facts: Facts): RingState;
  /** The ring with the claims of every live owner, for the periodic announcement. */
  restoreClaims(state: RingState, facts: Facts): RingState;
  /** Whether this node is the one that announces the ring periodically. */
  reannounces(facts: Facts): boolean;
  /** By how much the n-th periodic announcement since the start raises the epoch, from 0. */
  reannounceStep(n: number): number;
  /** How much of a timer's lateness the members are forgiven. */
  excuse(lateMs: number, heartbeatMs: number): number;
}

/** A ring further ahead than this is forged: at one change a millisecond it would be 50 days of changes. */
const mostAhead = 2 ** 32;

export const ringRules: RingRules = {
  restartEpoch: (kept) => Math.max(1, kept),

  refusal(received, known, { membership }) {
    if (received.epoch > known.epoch + mostAhead) return `epoch ${received.epoch} is too far ahead of ${known.epoch}`;
    for (const id of received.members.keys()) if (membership.isAlive(id)) return undefined;
    return 'it lists no member that was heard';
  },

  leaver(received, known) {
    if (received.epoch !== known.epoch + 1 || received.members.size !== known.members.size - 1) return undefined;
    const missing = [...known.members.keys()].filter((id) => !received.members.has(id));
    return missing.length === 1 ? missing[0] : undefined;
  },

  merge(mine, theirs, { membership, ownership }) {
    const live = membership.live();
    const members = new Map(mine.members);
    for (const [id, addr] of theirs.members) if (!members.has(id) && live.has(id)) members.set(id, addr);
    const overrides = new Map(mine.overrides);
    for (const [namespace, owner] of theirs.overrides) {
      const other = overrides.get(namespace);
      const recorded = ownership.claims.get(namespace);
      if (other === undefined || owner === recorded || (other !== recorded && owner < other)) {
        overrides.set(namespace, owner);
      }
    }
    return { members, overrides, epoch: mine.epoch };
  },

  answersWhoIsBehind: true,

  repair(ring, facts) {
    const members = repairedMembers(ring.state.members, facts);
    const overrides = repairedOverrides(ring.withState({ ...ring.state, members }), facts);
    if (members === ring.state.members && overrides === ring.state.overrides) return ring.state;
    return { members, overrides, epoch: ring.state.epoch };
  },

  restoreClaims(state, { membership, ownership }) {
    const overrides = new Map(state.overrides);
    for (const [namespace, owner] of ownership.claims) {
      if (membership.isAlive(owner)) overrides.set(namespace, owner);
    }
    return { ...state, overrides };
  },

  /** The first by id of those that are ours, where some are not: among ours alone, heartbeats find every difference. */
  reannounces({ self, membership }) {
    const live = sorted(membership.live()).map(([id]) => id);
    return live.find((id) => membership.isKin(id)) === self && live.some((id) => !membership.isKin(id));
  },

  /**
   * First a leap: a member of the original whose ring is far ahead never says so by itself, and can only be overtaken.
   * Then by more than it may have raised its own since.
   */
  reannounceStep: (n) => (n === 0 ? 2 ** 20 : 8),

  excuse: (lateMs, heartbeatMs) => (lateMs > heartbeatMs ? lateMs : 0),
};

/** The members are those that are there. Nobody is taken out before everyone had time to be heard. */
function repairedMembers(members: RingState['members'], { membership, heardEveryone }: Facts): RingState['members'] {
  const live = membership.live();
  const repaired = new Map(members);
  for (const [id, addr] of live) repaired.set(id, addr);
  if (heardEveryone) for (const id of members.keys()) if (!live.has(id)) repaired.delete(id);
  const changed = repaired.size !== members.size || [...repaired].some(([id, addr]) => members.get(id) !== addr);
  return changed ? repaired : members;
}

/** The ring must name this node for namespaces that are its own by a claim or by its data, and not for those that a claim gave to another. */
function repairedOverrides(ring: Ring, { self, ownership, pins }: Facts): RingState['overrides'] {
  const { overrides } = ring.state;
  const repaired = new Map(overrides);
  for (const [namespace, owner] of pins) {
    if (owner === undefined) repaired.delete(namespace);
    else repaired.set(namespace, owner);
  }
  for (const [namespace, owner] of ownership.claims) {
    if (ownership.holdings.has(namespace)) continue;
    if (owner === self || overrides.get(namespace) === self) repaired.set(namespace, owner);
  }
  for (const namespace of ownership.holdings) {
    if (ring.ownerOf(namespace) === self) continue;
    if (ring.hashOwnerOf(namespace) === self) repaired.delete(namespace);
    else repaired.set(namespace, self);
  }
  const changed =
    repaired.size !== overrides.size || [...repaired].some(([name, owner]) => overrides.get(name) !== owner);
  return changed ? repaired : overrides;
}
