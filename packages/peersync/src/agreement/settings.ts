import { ConfigError } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';

/** How often nodes tell that they are there, and what follows from silence. All nodes should have the same. */
export interface AgreementOptions {
  /** How often a node says that it is there, in milliseconds. Default 5,000, as the original; 10 at least. */
  readonly heartbeatMs?: number | undefined;
  /** A member that was not heard for so long is gone. Default three heartbeats; more than one. */
  readonly failureTimeoutMs?: number | undefined;
}

export interface AgreementSettings {
  readonly heartbeatMs: number;
  readonly failureTimeoutMs: number;
  /** How often the ring is announced with a greater epoch where nodes of the original are among the members. */
  readonly reannounceMs: number;
  /** A change is announced after a random time within these bounds, and not at all if another node was quicker. */
  readonly repairDelayMs: { readonly least: number; readonly most: number };
}

/** Completes the options. Throws `invalid_argument` with the option's name. */
export function completeAgreement(options: AgreementOptions = {}): AgreementSettings {
  const heartbeatMs = wholeNumber('heartbeatMs', options.heartbeatMs ?? 5_000, 10, maxInt32 / 100);
  const failureTimeoutMs = wholeNumber('failureTimeoutMs', options.failureTimeoutMs ?? 3 * heartbeatMs, 1, maxInt32);
  if (failureTimeoutMs <= heartbeatMs) {
    throw new ConfigError('invalid_argument', 'failureTimeoutMs must be more than heartbeatMs');
  }
  return {
    heartbeatMs,
    failureTimeoutMs,
    reannounceMs: 6 * heartbeatMs,
    repairDelayMs: { least: heartbeatMs / 100, most: 0.15 * heartbeatMs },
  };
}
