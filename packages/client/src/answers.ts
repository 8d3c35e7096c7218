import type { Snapshot, SnapshotOptions } from '@cfg/core';

/** The methods of a `RemoteStore` beyond the store contract. */

/** The actions of a caller. Those after `write` are known only of a server that tells them. */
export interface Access {
  readonly read: boolean;
  readonly write: boolean;
  readonly delete?: boolean;
  readonly list?: boolean;
  readonly watch?: boolean;
  /** Whether secrets are shown, rather than masked. */
  readonly reveal?: boolean;
}

export interface RemoteSnapshotOptions extends SnapshotOptions {
  /** The `etag` of a snapshot that is at hand: if it still holds, no entries are sent. */
  readonly ifNoneMatch?: string | undefined;
}

export interface RemoteSnapshot extends Snapshot {
  readonly etag: string;
  /** The snapshot that `ifNoneMatch` named still holds; `entries` is empty. */
  readonly notModified: boolean;
}
