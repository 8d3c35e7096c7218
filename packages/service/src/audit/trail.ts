import type { AuditEvent } from './auditor.js';

/** Events to look for. Empty texts stand for any. */
export interface TrailQuery {
  readonly namespace: string;
  readonly key: string;
  readonly userId: string;
  readonly operation: string;
  /** Milliseconds since the epoch; from this time on. Default: from the first. */
  readonly fromMs?: number | undefined;
  /** Before this time. Default: to the last. */
  readonly toMs?: number | undefined;
  /** Events of a page, at least 1. */
  readonly limit: number;
  /** Ends a page before its values exceed this many bytes, roughly; it has at least one event. */
  readonly maxBytes: number;
  /** `nextCursor` of the page before, of the same query; empty for the first. */
  readonly cursor: string;
}

export interface TrailPage {
  /** Newest first. */
  readonly records: readonly TrailRecord[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
}

export interface TrailRecord extends Omit<AuditEvent, 'operation'> {
  readonly id: string;
  /** Also those of other programs that write the same table. */
  readonly operation: string;
}

/** A trail that can be asked what it has. */
export interface AuditTrail {
  /** Rejects with `invalid_cursor` for a cursor of another query, and `unavailable` where the trail cannot be asked. */
  list(query: TrailQuery): Promise<TrailPage>;
}
