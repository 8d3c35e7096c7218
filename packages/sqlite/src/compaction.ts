import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, Entry } from '@cfg/core';
import type { SearchIndex } from './search-index.js';

/** Maximum number of revisions dropped per commit, or twice the number that it added, if that is more. */
const step = 1_000;

/** What a change weighs in the log's limit in bytes: its value, and roughly what is kept beside it. */
export const changeWeight = (entry: Entry): number => 200 + entry.size;

/**
 * Sort key of a row within its key's history: a deletion counts as one more than the version it ended, so it is dropped
 * together with that version.
 */
export const place: string = "(version + (type = 'delete'))";

export interface Limits {
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
  readonly #index: SearchIndex;
  readonly #window: StatementSync;
  readonly #sizes: StatementSync;
  readonly #moveWindow: StatementSync;
  readonly #leaving: StatementSync;
  readonly #pastHistory: StatementSync;

  constructor(db: DatabaseSync, limits: Limits, index: SearchIndex) {
    this.#limits = limits;
    this.#index = index;
    this.#window = db.prepare('SELECT oldest_revision, oldest_bytes FROM log');
    this.#sizes = db.prepare(`
      SELECT revision, log_bytes FROM changes WHERE revision > ? AND revision <= ? ORDER BY revision`);
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
    const before = this.#window.get() as { oldest_revision: number; oldest_bytes: number };
    const reach = Math.min(revision, before.oldest_revision + Math.max(step, 2 * written.length));
    const oldest = this.#shrink(before, reach, revision, logBytes);
    if (oldest > before.oldest_revision) this.#drop(this.#leaving, before.oldest_revision, oldest, historyLimit);
    // Before the window has moved, every row is in it.
    if (oldest === 0) return oldest;
    for (const { type, entry } of written) {
      const { namespace, key, version } = entry;
      if (type !== 'set' || version <= historyLimit) continue;
      const dropped = version - historyLimit;
      this.#drop(this.#pastHistory, oldest, namespace, key, dropped, dropped);
    }
    return oldest;
  }

  #drop(statement: StatementSync, ...values: (string | number)[]): void {
    this.#index.forget(statement.all(...values).map((row) => row.revision as number));
  }

  /** Moves the beginning of the window, up to `reach`, so that it keeps to its limits. Returns where it begins. */
  #shrink(
    before: { oldest_revision: number; oldest_bytes: number },
    reach: number,
    revision: number,
    logBytes: number,
  ): number {
    const newest = revision - this.#limits.logLimit;
    let { oldest_revision: oldest, oldest_bytes: bytes } = before;
    const isWithin = (): boolean => oldest >= newest && logBytes - bytes <= this.#limits.logBytes;
    if (isWithin()) return oldest;
    for (const row of this.#sizes.iterate(oldest, reach)) {
      oldest = row.revision as number;
      bytes = row.log_bytes as number;
      if (isWithin()) break;
    }
    this.#moveWindow.run(oldest, bytes);
    return oldest;
  }
}
