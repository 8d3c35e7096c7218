import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change } from '@cfg/core';

/** Most revisions that leave the log's window with one commit, but for twice as many as it adds. */
const step = 1_000;

/**
 * A row's place in its key's history, to be compared with versions: the kept versions begin after a place. The deletion
 * that ended the version before them is still part of them.
 */
export const place: string = "(version + (type = 'delete'))";

/**
 * Drops the rows of `changes` that are needed no more, a few with every commit: a row stays as long as it is in the
 * log's window, which is without a hole, or is among the newest versions of its key.
 */
export class Compaction {
  readonly #historyLimit: number;
  readonly #logLimit: number;
  readonly #moveWindow: StatementSync;
  readonly #leaving: StatementSync;
  readonly #pastHistory: StatementSync;

  constructor(db: DatabaseSync, limits: { readonly historyLimit: number; readonly logLimit: number }) {
    this.#historyLimit = limits.historyLimit;
    this.#logLimit = limits.logLimit;
    this.#moveWindow = db.prepare('UPDATE log SET oldest_revision = ?');
    const last = (table: string): string =>
      `SELECT version FROM ${table} AS last WHERE last.namespace = changes.namespace AND last.key = changes.key`;
    // An alias change has no history: the comparison with nothing is NULL, and the row goes.
    this.#leaving = db.prepare(`
      DELETE FROM changes
      WHERE revision > ? AND revision <= ?
        AND coalesce(${place} <= coalesce((${last('entries')}), (${last('tombstones')})) - ?, true)`);
    this.#pastHistory = db.prepare(`
      DELETE FROM changes WHERE revision <= ? AND revision IN (
        SELECT revision FROM changes WHERE namespace = ? AND key = ? AND version <= ? AND ${place} <= ?
        ORDER BY version, revision LIMIT 8
      )`);
  }

  /**
   * Within a commit that wrote `written` and left the log at `revision`. Answers the log's oldest revision from now on.
   */
  run(written: readonly Change[], revision: number, oldestRevision: number): number {
    const reach = oldestRevision + Math.max(step, 2 * written.length);
    const oldest = Math.max(oldestRevision, Math.min(revision - this.#logLimit, reach));
    if (oldest > oldestRevision) {
      this.#moveWindow.run(oldest);
      this.#leaving.run(oldestRevision, oldest, this.#historyLimit);
    }
    // Before the window has moved, every row is in it.
    if (oldest === 0) return oldest;
    for (const { type, entry } of written) {
      const { namespace, key, version } = entry;
      if (type !== 'set' || version <= this.#historyLimit) continue;
      const dropped = version - this.#historyLimit;
      this.#pastHistory.run(oldest, namespace, key, dropped, dropped);
    }
    return oldest;
  }
}
