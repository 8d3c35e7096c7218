import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, Entry } from '@cfg/core';
import { cutoff, type TrailRetention } from '@cfg/core/store';
import type { Drops } from './drops.js';
import type { Trail } from './trail.js';

/** Maximum number of revisions dropped in one transaction, or twice the number that it added, if that is more. */
const step = 200;

/** The size of a change in the log's limit in bytes: its value, and roughly the data kept beside it. */
export const changeWeight = (entry: Entry): number => 200 + entry.size;

/**
 * Sort key of a row within its key's history: a deletion counts as one more than the version it ended, so it is dropped
 * together with that version.
 */
export const place: string = "(version + (type = 'delete'))";

interface Window {
  readonly oldest_revision: number;
  readonly oldest_bytes: number;
}

export interface Limits extends TrailRetention {
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly logBytes: number;
}

/**
 * Drops the rows of `changes` that are needed no more, a few with every commit: a row stays as long as it is in the
 * log's window, which is without a hole, or is among the newest versions of its key.
 */
export class Compaction {
  readonly #limits: Limits;
  readonly #drops: Drops;
  readonly #trail: Trail;
  readonly #window: StatementSync;
  readonly #sizes: StatementSync;
  readonly #moveWindow: StatementSync;
  readonly #leaving: StatementSync;
  readonly #nextMs: StatementSync;
  readonly #pastHistory: StatementSync;

  constructor(db: DatabaseSync, limits: Limits, drops: Drops, trail: Trail) {
    this.#limits = limits;
    this.#drops = drops;
    this.#trail = trail;
    this.#window = db.prepare('SELECT oldest_revision, oldest_bytes FROM log');
    this.#sizes = db.prepare(`
      SELECT revision, log_bytes, updated_at FROM changes WHERE revision > ? AND revision <= ? ORDER BY revision`);
    this.#nextMs = db.prepare('SELECT updated_at FROM changes WHERE revision > ? ORDER BY revision LIMIT 1');
    this.#moveWindow = db.prepare('UPDATE log SET oldest_revision = ?, oldest_bytes = ?');
    const last = (table: string): string =>
      `SELECT version FROM ${table} AS last WHERE last.namespace = changes.namespace AND last.key = changes.key`;
    // An alias change has no history: the comparison with nothing is NULL, and the row goes.
    this.#leaving = db.prepare(`
      DELETE FROM changes
      WHERE revision > ? AND revision <= ?
        AND coalesce(${place} <= coalesce((${last('entries')}), (${last('tombstones')})) - ?, true)
      RETURNING revision`);
    this.#pastHistory = db.prepare(`
      DELETE FROM changes WHERE revision <= ? AND revision IN (
        SELECT revision FROM changes WHERE namespace = ? AND key = ? AND version <= ? AND ${place} <= ?
        ORDER BY version, revision LIMIT 8
      ) RETURNING revision`);
  }

  /**
   * Within a commit that wrote `written`, and left the log at `revision` with `logBytes` since it began. Returns the
   * log's oldest revision from now on.
   */
  run(written: readonly Change[], revision: number, logBytes: number): number {
    const { historyLimit } = this.#limits;
    const { oldest } = this.#moveOldest(Math.max(step, 2 * written.length), revision, logBytes, 0);
    // Before the window has moved, every row is in it.
    if (oldest === 0) return oldest;
    for (const { type, entry } of written) {
      const { namespace, key, version } = entry;
      if (type !== 'set' || version <= historyLimit) continue;
      const dropped = version - historyLimit;
      this.#drops.run(this.#pastHistory, oldest, namespace, key, dropped, dropped);
    }
    return oldest;
  }

  /**
   * Between the commits: also what is too old for the log. Returns whether there is more to drop.
   */
  step(revision: number, logBytes: number, nowMs: number): boolean {
    return this.#moveOldest(step, revision, logBytes, nowMs).isShort;
  }

  /** `isShort`: the window could go on moving. */
  #moveOldest(most: number, revision: number, logBytes: number, nowMs: number): { oldest: number; isShort: boolean } {
    const before = this.#window.get() as unknown as Window;
    const reach = Math.min(revision, before.oldest_revision + most);
    const oldest = this.#shrink(before, reach, revision, logBytes, cutoff(nowMs, this.#limits.logAgeMs));
    if (oldest > before.oldest_revision) {
      this.#trail.keep(before.oldest_revision, oldest);
      this.#drops.run(this.#leaving, before.oldest_revision, oldest, this.#limits.historyLimit);
    }
    return { oldest, isShort: oldest === reach && oldest < revision };
  }

  /** Moves the beginning of the window, up to `reach`, so that it keeps to its limits. Returns where it begins. */
  #shrink(before: Window, reach: number, revision: number, logBytes: number, beforeMs: number): number {
    const newest = revision - this.#limits.logLimit;
    let { oldest_revision: oldest, oldest_bytes: bytes } = before;
    const isWithin = (nextMs: number): boolean =>
      oldest >= newest && logBytes - bytes <= this.#limits.logBytes && nextMs > beforeMs;
    if (isWithin(this.#oldestMs(oldest, beforeMs))) return oldest;
    for (const row of this.#sizes.iterate(oldest, reach)) {
      if (isWithin(row.updated_at as number)) break;
      oldest = row.revision as number;
      bytes = row.log_bytes as number;
    }
    this.#moveWindow.run(oldest, bytes);
    return oldest;
  }

  /** When the oldest change of the log was made; infinite where that does not matter. */
  #oldestMs(oldest: number, beforeMs: number): number {
    if (beforeMs < 0) return Number.POSITIVE_INFINITY;
    return (this.#nextMs.get(oldest)?.updated_at ?? Number.POSITIVE_INFINITY) as number;
  }
}
