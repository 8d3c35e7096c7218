import type { Lease } from '../lease/lease.js';
import type { LeaseBook } from '../lease/lease-book.js';
import type { Peer } from '../lease/peer.js';
import type { LeaseRules } from '../lease/rules.js';
import type { Disk, Row } from './disk.js';
import type { Simulation } from './simulation.js';

/** The rules that a run can leave out, to show what each is good for. */
export interface WorldRules extends LeaseRules {
  /** Whether this lease is still there after a crash. */
  readonly keeps: (lease: Lease) => boolean;
  /** Whether writes are held back at the end of a handover. */
  readonly holdsBack: boolean;
}

/** The answer of a read. */
export interface Read {
  readonly row: Row | undefined;
  /** It is from a copy, at that node, which says to be so old; undefined: it does not know. */
  readonly copy?: { readonly at: LeaseLife; readonly ageMs: number | undefined } | undefined;
}

/** One life of a node, as the world and the others see it. */
export interface LeaseLife extends Peer<Row> {
  readonly id: string;
  readonly isUp: boolean;
  readonly book: LeaseBook;
  readonly disk: Disk;
  set(namespace: string, key: string, value: string, forwarded?: boolean): Promise<Row>;
  get(namespace: string, key: string, forwarded?: boolean): Promise<Read>;
}

/** The world, as a node sees it. */
export interface LeaseSurroundings {
  readonly simulation: Simulation;
  readonly ids: readonly string[];
  readonly rules: WorldRules;
  /** Told of what is written, and of what is claimed from a lost holder. */
  readonly check: {
    wrote(node: LeaseLife, namespace: string, row: Row): void;
    claimed(namespace: string): void;
    followed(node: LeaseLife, namespace: string): void;
  };
  /** Who is there, as the node noticed so far. */
  presentFor(id: string): string[];
  guessFor(id: string, namespace: string): string | undefined;
  readonly hasFollowers: boolean;
  /** Whether the node keeps a copy of what the holder has. */
  isFollower(id: string, holder: string): boolean;
  peer(from: LeaseLife, id: string): Peer<Row>;
  call<A>(from: LeaseLife, to: string, ask: (node: LeaseLife) => Promise<A>): Promise<A>;
  /** Something happens at the node; perhaps it is what it crashes at. */
  step(node: LeaseLife): void;
}
