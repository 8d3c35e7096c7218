import { crc32 } from '../ring/crc32.js';
import { type Holder, holderBy, type Lease } from './lease.js';

/** The decision of a rule: the lease from now on (undefined: as it was), and the answer once it is on the disk. */
export interface Decision<A> {
  readonly lease?: Lease;
  readonly answer: A;
}

export type Vote =
  /** The candidate may begin the namespace. `earlier`: to whom the same was promised before. */
  | { readonly is: 'granted'; readonly earlier: readonly string[] }
  /** Somebody holds it. */
  | { readonly is: 'held'; readonly holder: Holder }
  /** It is promised to another one at this term; a greater one would do. */
  | { readonly is: 'refused'; readonly term: number };

/**
 * How a node answers a candidate that wants to begin a namespace that nobody holds. Of two candidates at the same term
 * the one with the smaller id goes on, so that they do not hinder each other for ever.
 */
export function vote(lease: Lease | undefined, self: string, candidate: string, term: number): Decision<Vote> {
  const holder = holderBy(lease, self);
  if (holder !== undefined) return { answer: { is: 'held', holder } };
  const promise = lease?.is === 'promised' ? lease : { to: candidate, term: 0, earlier: [] };
  if (promise.term > term || (promise.term === term && promise.to < candidate)) {
    return { answer: { is: 'refused', term: promise.term } };
  }
  const earlier = [...new Set([...promise.earlier, promise.to])].filter((id) => id !== candidate);
  return { lease: { is: 'promised', to: candidate, term, earlier }, answer: { is: 'granted', earlier } };
}

/** Whether those who answered are most of the members that are known, so that no two such groups are without a common one. */
export const isMost = (answered: number, known: number): boolean => 2 * answered > known;

/**
 * Whether the candidate may begin the namespace, when every member that is there has answered: most of all known
 * members agree, and whoever had a promise before, and so might have begun, is among them and has thereby given it up.
 */
export function isElected(votes: ReadonlyMap<string, Vote>, known: number): boolean {
  const answers = [...votes.values()];
  return (
    isMost(votes.size, known) &&
    answers.every((answer) => answer.is === 'granted' && answer.earlier.every((id) => votes.has(id)))
  );
}

/** The candidate begins, if it has not voted for another one meanwhile. */
export function begin(lease: Lease | undefined, self: string, term: number): Decision<boolean> {
  const stands = lease?.is === 'promised' && lease.to === self && lease.term === term;
  return stands ? { lease: { is: 'owned', term }, answer: true } : { answer: false };
}

/** A node begins to take the namespace over. Returns false if it holds it already, or knows of a later holder. */
export function receive(lease: Lease | undefined, from: string, term: number): Decision<boolean> {
  const knowsBetter = lease?.is === 'owned' || (lease?.is === 'handed' && lease.term > term);
  return knowsBetter ? { answer: false } : { lease: { is: 'receiving', from, term }, answer: true };
}

/**
 * The holder hands the namespace over; from then on only `to` may write. Asked again, it answers the same. Returns the
 * new holder's term; undefined if this is not the holder.
 */
export function hand(lease: Lease | undefined, to: string, frozen: boolean): Decision<number | undefined> {
  if (lease?.is === 'handed' && lease.to === to) return { answer: lease.term };
  if (lease?.is !== 'owned' || !frozen) return { answer: undefined };
  const term = lease.term + 1;
  return { lease: { is: 'handed', to, term }, answer: term };
}

/** The taker has everything, and the holder's word that it may write. */
export function accept(lease: Lease | undefined, from: string, term: number): Decision<boolean> {
  if (lease?.is === 'owned' && lease.term === term) return { answer: true };
  const expected = lease?.is === 'receiving' && lease.from === from;
  return expected ? { lease: { is: 'owned', term }, answer: true } : { answer: false };
}

/** A node begins to copy what another one holds, and notes who does. Returns false if it knows better. */
export function follow(lease: Lease | undefined, { by, term }: Holder): Decision<boolean> {
  if (lease === undefined || lease.is === 'promised') {
    return { lease: { is: 'handed', to: by, term, partial: true }, answer: true };
  }
  if (lease.is !== 'handed' || lease.term > term) return { answer: false };
  if (lease.term < term) return { lease: { ...lease, to: by, term }, answer: true };
  return { answer: lease.to === by };
}

/** The copy is whole. */
export function whole(lease: Lease | undefined): Decision<void> {
  if (lease?.is !== 'handed' || lease.partial !== true) return { answer: undefined };
  return { lease: { is: 'handed', to: lease.to, term: lease.term }, answer: undefined };
}

/**
 * How far a claim leaps ahead of every term that is known: further than the lost holder can have come unseen, and each
 * node by another number, since two may claim at once.
 */
const claimLeap = 2 ** 20;
const leapOf = (self: string): number => claimLeap + (crc32(self) % claimLeap);

/** An operator gives the namespace of a lost holder to this node. What only the lost one had is lost. */
export function claim(lease: Lease | undefined, self: string, knownTerm: number): Decision<number> {
  if (lease?.is === 'owned') return { answer: lease.term };
  const term = Math.max(knownTerm, lease?.term ?? 0) + leapOf(self);
  return { lease: { is: 'owned', term }, answer: term };
}

/**
 * Another node holds the namespace. Where both do, one was claimed away while it was gone, or both began it without knowing of
 * each other: the greater term stays, of equal ones the smaller id. A node that does not hold it learns who has the greater
 * term: it must neither go on with a handover from before a claim, nor say to its taker that it may write. Returns whether
 * this node had to give the namespace up.
 */
export function meet(lease: Lease | undefined, self: string, other: Holder): Decision<boolean> {
  if (lease === undefined || lease.is === 'promised' || other.by === self) return { answer: false };
  const later: Lease = { is: 'handed', to: other.by, term: other.term };
  if (lease.is === 'owned') {
    const otherStays = other.term > lease.term || (other.term === lease.term && other.by < self);
    return otherStays ? { lease: later, answer: true } : { answer: false };
  }
  // What is being received now may become its own with the next term.
  if (other.term <= (lease.is === 'receiving' ? lease.term + 1 : lease.term)) return { answer: false };
  const isPartial = lease.is === 'receiving' || lease.partial === true;
  return { lease: isPartial ? { ...later, partial: true } : later, answer: false };
}

/** The rules together, so that a simulation can show what is lost without one. */
export interface LeaseRules {
  readonly isMost: typeof isMost;
  readonly vote: typeof vote;
  readonly isElected: typeof isElected;
  readonly begin: typeof begin;
  readonly receive: typeof receive;
  readonly hand: typeof hand;
  readonly accept: typeof accept;
  readonly follow: typeof follow;
  readonly whole: typeof whole;
  readonly claim: typeof claim;
  readonly meet: typeof meet;
}

export const leaseRules: LeaseRules = {
  isMost,
  vote,
  isElected,
  begin,
  receive,
  hand,
  accept,
  follow,
  whole,
  claim,
  meet,
};
