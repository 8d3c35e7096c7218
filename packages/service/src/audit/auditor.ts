import type { AuditOperation } from '@cfg/core';

/** One action of a caller, for the audit trail. */
export interface AuditEvent {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Empty for an anonymous caller. */
  readonly userId: string;
  /** `refused`, `sign_in` and `restore` only where these are audited. */
  readonly operation: AuditOperation | 'reveal' | 'refused' | 'sign_in' | 'restore';
  readonly namespace: string;
  readonly key: string;
  /** Of sets only; absent where it is redacted. */
  readonly value: Uint8Array | undefined;
  /** Of sets only, else empty. */
  readonly codec: string;
  /**
   * `method` and `peer`; of writes `version`, `revision`, `request_id`, `comment`, of aliases `target`, as far as they
   * are known; of reveals `version`, or `prefix` and `count`; of refusals `code`, `action` and `reason`;
   * of restores `changes` and `revisions`; `redacted`.
   */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Keeps an audit trail. */
export interface Auditor {
  /** Errors that it throws, or rejects with, are logged and counted; the call stands. */
  record(events: readonly AuditEvent[]): void | Promise<void>;
}
