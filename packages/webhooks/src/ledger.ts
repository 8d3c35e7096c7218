/** How far a target has come. */
export interface LedgerEntry {
  readonly target: string;
  /** It has every change up to here. */
  readonly revision: number;
  readonly logId: string;
  /** `dead`: nothing is sent any more until an operator says so. */
  readonly state: 'active' | 'dead';
  /** Attempts that failed in a row. */
  readonly attempts: number;
  /** Since when, in milliseconds since the epoch; 0 if none did. */
  readonly failingSinceMs: number;
  /** Of which change; 0 if none did. */
  readonly stuckAt: number;
  /** Why the last of them did. */
  readonly reason: string;
}

/** A server's record of a target. */
export type LedgerNote = Omit<LedgerEntry, 'target'>;

/**
 * Where positions are kept. One server at a time holds a target, for `leaseMs` after it was last heard of, and only that
 * one may note anything. Every method may reject; then the work is done again.
 */
export interface WebhookLedger {
  /** Makes what it needs, if it is not there. */
  open(): Promise<void>;
  /** Takes or keeps hold of a target, which begins at `from` if it is new. Undefined while another server has it. */
  claim(
    target: string,
    owner: string,
    leaseMs: number,
    from: Pick<LedgerEntry, 'revision' | 'logId'>,
  ): Promise<LedgerEntry | undefined>;
  /** Returns false, and notes nothing, if the target is not `owner`'s any more. */
  note(target: string, owner: string, note: LedgerNote): Promise<boolean>;
  release(target: string, owner: string): Promise<void>;
  /** All targets there ever were, by name. */
  list(): Promise<readonly LedgerEntry[]>;
  /** Lets a target be tried again at once; with `skip` from the change after the one that failed. False: no such target. */
  retry(target: string, skip: boolean): Promise<boolean>;
  /** Forgets a target. False: there is none of that name. */
  forget(target: string): Promise<boolean>;
}
