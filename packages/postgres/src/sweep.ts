import { type CompactionMeter, cutoff, type TrailRetention } from '@cfg/core/store';
import type { Database } from './database.js';
import { headOf, type LogRow } from './reader.js';
import type { Statements } from './statements.js';

/** How many rows one transaction looks at: other writes wait for it. */
const stepSize = 500;

/** How long after the end of a sweep the next begins, in milliseconds. */
const restMs = 600_000;

/**
 * Goes through what is past, a few rows at a time, and drops what is too old: records of the trail, deleted keys, and
 * versions of which their keys' histories still had room. Any server may do it; the lock of the log has them take turns.
 */
export class Sweep {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #ages: TrailRetention;
  readonly #meter: CompactionMeter;
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(database: Database, statements: Statements, ages: TrailRetention, meter: CompactionMeter) {
    this.#meter = meter;
    this.#database = database;
    this.#statements = statements;
    this.#ages = ages;
  }

  /** Does a whole sweep, where one is due, as long as `goesOn()`. */
  async run(nowMs: number, goesOn: () => boolean): Promise<void> {
    // The clock may have been set back.
    if (Math.abs(nowMs - this.#endedMs) < restMs) return;
    const { historyAgeMs, tombstoneAgeMs, trailAgeMs } = this.#ages;
    const before = {
      trail: cutoff(nowMs, trailAgeMs),
      keys: cutoff(nowMs, tombstoneAgeMs),
      history: cutoff(nowMs, historyAgeMs),
    };
    for (let more = trailAgeMs > 0; more && goesOn(); ) more = await this.#pruneTrail(before.trail);
    for (let more = tombstoneAgeMs > 0; more && goesOn(); ) more = await this.#forgetKeys(before.keys);
    for (let after = historyAgeMs > 0 ? 0 : undefined; after !== undefined && goesOn(); ) {
      after = await this.#dropReplaced(after, before.history);
    }
    this.#endedMs = nowMs;
  }

  /** Returns whether there may be more. */
  async #pruneTrail(beforeMs: number): Promise<boolean> {
    return (await this.#database.query(this.#statements.pruneTrail, [beforeMs, stepSize])).length === stepSize;
  }

  /** Returns whether there may be more. */
  #forgetKeys(beforeMs: number): Promise<boolean> {
    const { lock, forgetKeys } = this.#statements;
    return this.#database.write<LogRow, boolean>(lock, async (session, rows) => {
      const { oldestRevision } = headOf(await rows);
      const beganMs = performance.now();
      const gone = await session.query<{ changes: number }>(forgetKeys, [oldestRevision, beforeMs, stepSize]);
      await session.script('COMMIT');
      this.#meter.add(gone[0]?.changes ?? 0, performance.now() - beganMs);
      return gone.length === stepSize;
    });
  }

  /** Returns up to where it has come; `undefined`: to the end. */
  #dropReplaced(after: number, beforeMs: number): Promise<number | undefined> {
    const { lock, reachUp, dropReplaced } = this.#statements;
    return this.#database.write<LogRow, number | undefined>(lock, async (session, rows) => {
      const { oldestRevision } = headOf(await rows);
      const [reach] = await session.query<{ highest: number | null; count: number }>(reachUp, [
        after,
        oldestRevision,
        stepSize,
      ]);
      const highest = reach?.highest ?? undefined;
      const beganMs = performance.now();
      const dropped = highest === undefined ? [] : await session.query(dropReplaced, [after, highest, beforeMs]);
      await session.script('COMMIT');
      this.#meter.add(dropped.length, performance.now() - beganMs);
      return reach?.count === stepSize ? highest : undefined;
    });
  }
}
