import type { SnapshotBody } from './body.js';

/** A namespace as of one moment. */
export interface TakenSnapshot {
  readonly body: SnapshotBody;
  /** Every write up to it is in the body. Absent where the store has no revisions. */
  readonly revision: number | undefined;
  readonly logId: string;
}

/** Takes snapshots of a store's namespaces, one way or another. */
export interface Snapshots {
  /** Fails with `resource_exhausted` where the namespace has too many entries. */
  take(namespace: string, signal: AbortSignal): Promise<TakenSnapshot>;
}
