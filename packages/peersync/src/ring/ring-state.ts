import { crc32 } from './crc32.js';

/** A member of the cluster: its name, and the address (`host:port`) at which it serves the others. */
export interface Member {
  readonly id: string;
  readonly addr: string;
}

/** The state that the members agree on, as it travels between them. Immutable: a change makes a new one. */
export interface RingState {
  /** Addresses by member id. */
  readonly members: ReadonlyMap<string, string>;
  /** Owners of namespaces that do not follow the hash: member ids by namespace. The owner need not be a member. */
  readonly overrides: ReadonlyMap<string, string>;
  /** Of two states the one with the greater epoch holds. */
  readonly epoch: number;
}

export const emptyRing: RingState = { members: new Map(), overrides: new Map(), epoch: 0 };

/** Whether two states have the same members and overrides, whatever their epochs. */
export function sameContent(a: RingState, b: RingState): boolean {
  return sameMap(a.members, b.members) && sameMap(a.overrides, b.overrides);
}

/** The state's members and overrides in 32 bits, to tell whether two nodes have the same. */
export function digestOf(state: RingState): number {
  return crc32(JSON.stringify([sorted(state.members), sorted(state.overrides)]));
}

/** Pairs in ascending order of the key. */
export function sorted(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
