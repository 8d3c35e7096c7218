import type { WatchEvent } from '../contract/change.js';
import { ConfigError, isConfigError } from '../contract/errors.js';
import type { ChangeStream } from '../contract/store.js';
import type { Backoff } from '../util/backoff.js';
import { untilAborted } from '../util/wait.js';
import type { Position } from './position.js';

/** Every change from now on will follow (after those that a resumed watch replays). */
export interface Begun {
  readonly type: 'begun';
  /** The watch goes on where the one before was lost, or where it was told to begin: no change has been missed. */
  readonly resumed: boolean;
}

export interface ResumeOptions {
  /** Opens a watch, after `from` or from now on. It tells `begun` (with any `resumed`) before its first event. */
  open(from: Position | undefined, signal: AbortSignal): AsyncIterable<WatchEvent | Begun>;
  /** Where to begin. Absent: now. */
  readonly from?: Position | undefined;
  /** Counts the failures since the watch last had told everything. */
  readonly backoff: Backoff;
  /** Ends it, without an error. */
  readonly signal: AbortSignal;
  /**
   * Called with each loss. Returns where the next watch is to begin: `position`, up to which everything has been told, or
   * `undefined` for now, which misses changes. Throws to end it.
   */
  onLost(error: unknown, position: Position | undefined): Position | undefined;
}

/**
 * Yields the events of one watch over as many as it takes.
 *
 * ```
 *                    begun                 the replay is over
 *   ┌──────────┐  ───────────▶ ┌───────────┐ ─────────────▶ ┌────────┐
 *   │ opening  │               │ replaying │                │  live  │   begun from now on: live at once
 *   └──────────┘               └───────────┘                └────────┘
 *    ▲        │                      │                          │
 *    │        └─────────── lost ─────┴──────────────────────────┘
 *    │                      ▼
 *  waited   ┌─────────┐  onLost returns   where to go on, and the failures are counted
 *    └───── │ waiting │
 *           └─────────┘  onLost throws    ended with that error; the signal ends it at any time, without one
 * ```
 */
export async function* resumed(options: ResumeOptions): AsyncGenerator<WatchEvent | Begun, void, undefined> {
  const { backoff, signal } = options;
  let position = options.from;
  while (!signal.aborted) {
    let revision = position?.revision;
    let logId = position?.logId ?? '';
    let lost: unknown;
    try {
      for await (const event of options.open(position, signal)) {
        if (event.type === 'begun') {
          if (position === undefined) backoff.succeeded();
          yield { type: 'begun', resumed: position !== undefined };
          continue;
        }
        if (event.type === 'progress') {
          // The first one ends the replay.
          backoff.succeeded();
          ({ revision, logId } = event);
        } else if (event.revision > 0) revision = event.revision;
        yield event;
      }
      lost = new ConfigError('unavailable', 'the watch has ended');
    } catch (error) {
      lost = error;
    }
    if (signal.aborted) return;
    // The server's own word that it cannot go on from there: it was reached.
    if (isConfigError(lost, 'revision_compacted')) backoff.succeeded();
    backoff.failed();
    position = options.onLost(lost, revision === undefined ? undefined : { revision, logId });
    await backoff.wait(signal).catch(() => {});
  }
}

/** Yields word that a store's watch has begun, then its events. */
export async function* begun(
  stream: ChangeStream,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent | Begun, void, undefined> {
  try {
    await untilAborted(stream.ready, signal);
    yield { type: 'begun', resumed: false };
    yield* stream;
  } finally {
    stream.close();
  }
}
