import type { Lease } from './lease.js';
import type { Vote } from './rules.js';

/** A part of a namespace, as it moves: what the stores at both ends make of it is their business. */
export interface DataPage<R> {
  readonly records: readonly R[];
  /** Everything up to this revision of the holder's log has been sent with this page and those before. */
  readonly position: number;
}

/** That a node holds a namespace, at a term. */
export interface Holding {
  readonly namespace: string;
  readonly term: number;
}

/** A place in a node's log. */
export interface LogPlace {
  readonly position: number;
  readonly logId: string;
}

/** The namespaces that a node holds, and its changes up to a place in its log. */
export interface Changes extends LogPlace {
  readonly holdings: readonly Holding[];
  /** Whether `holdings` is everything that it holds, rather than what has changed. */
  readonly complete: boolean;
  /** The namespaces that it has given up since the place that was asked about; nothing where `complete`. */
  readonly released: readonly string[];
}

/**
 * The requests of a node to another one. A peer that does not answer fails with `unavailable`, one of the original, which knows
 * no leases, with `unsupported`.
 */
export interface Peer<R> {
  /** The peer's stored record of the namespace. */
  lookup(namespace: string): Promise<Lease | undefined>;
  /** Everything that the peer holds. */
  holdings(): Promise<readonly Holding[]>;
  /** Its changes after that place; all entries, where the log does not reach back so far. */
  changes(after: LogPlace): Promise<Changes>;
  vote(namespace: string, candidate: string, term: number): Promise<Vote>;
  /** Everything in the namespace that changed after `position`: its entries with their history, or what the log has. */
  pull(namespace: string, position: number): AsyncIterable<DataPage<R>>;
  /** Holds back writes for a moment, and returns the last of what `pull` would. Fails if the peer is not the holder. */
  freeze(namespace: string, position: number): Promise<DataPage<R>>;
  /** Makes `to` the holder, if it has everything and writes are still held back. Returns its term, or undefined. */
  hand(namespace: string, to: string, position: number): Promise<number | undefined>;
}

/** The members as leases need them. */
export interface Peers<R> {
  readonly self: string;
  /** Resolves when everyone who is there had time to be heard. */
  settled(): Promise<void>;
  /** Ids of the members that are there, without this node, and without those that are known to be the original's. */
  present(): string[];
  /** How many of such members are known, there or gone, with this node. */
  known(): number;
  get(id: string): Peer<R>;
}
