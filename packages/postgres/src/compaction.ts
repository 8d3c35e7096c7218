import type { Entry } from '@cfg/core';
import { type CompactionMeter, cutoff, type TrailRetention } from '@cfg/core/store';
import type { Database } from './database.js';
import { headOf, type LogRow } from './reader.js';
import { entryWeight, type Statements } from './statements.js';

/** Maximum number of revisions dropped in one transaction, so that no write waits for long. */
const step = 1_000;

/** The log may exceed its limit by as many changes before anything is done. */
const slack = 100;

/** The size of a change in the log's limit in bytes: its value, and roughly the data kept beside it. */
export const changeWeight = (entry: Entry): number => entryWeight + entry.size;

export interface Limits extends TrailRetention {
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly logBytes: number;
}

/**
 * Drops the rows of `changes` that are needed no more: a row stays as long as it is in the log's window, which is without
 * a hole, or is among the newest versions of its key. Any server may do it; the lock of the log has them take turns.
 */
export class Compaction {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #limits: Limits;
  readonly #meter: CompactionMeter;

  constructor(database: Database, statements: Statements, limits: Limits, meter: CompactionMeter) {
    this.#meter = meter;
    this.#database = database;
    this.#statements = statements;
    this.#limits = limits;
  }

  /** Whether the log, as a commit left it, has something to drop. */
  isDue(revision: number, oldestRevision: number, bytes: number): boolean {
    return revision - oldestRevision > this.#limits.logLimit + slack || bytes > this.#limits.logBytes;
  }

  /** Drops some. Returns where the log begins now, and whether there is more to drop. */
  run(nowMs: number): Promise<{ readonly oldestRevision: number; readonly more: boolean }> {
    const { lock, newOldest, moveWindow, keepTrail, dropLeaving } = this.#statements;
    const { historyLimit, logLimit, logBytes, logAgeMs } = this.#limits;
    return this.#database.write<LogRow, { oldestRevision: number; more: boolean }>(lock, async (session, rows) => {
      const head = headOf(await rows);
      const beganMs = performance.now();
      const reach = Math.min(head.revision, head.oldestRevision + step);
      const [found] = await session.query<{ revision: number; log_bytes: number }>(newOldest, [
        head.oldestRevision,
        reach,
        head.revision - logLimit,
        head.logBytes,
        logBytes,
        cutoff(nowMs, logAgeMs),
      ]);
      if (found === undefined) {
        await session.script('ROLLBACK');
        return { oldestRevision: head.oldestRevision, more: false };
      }
      await session.query(moveWindow, [found.revision, found.log_bytes]);
      await session.query(keepTrail, [head.oldestRevision, found.revision]);
      const dropped = await session.query(dropLeaving, [head.oldestRevision, found.revision, historyLimit]);
      await session.script('COMMIT');
      this.#meter.add(dropped.length, performance.now() - beganMs);
      return { oldestRevision: found.revision, more: found.revision === reach };
    });
  }
}
