import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { cutoff, type Retention } from '@cfg/core/store';
import type { Drops } from './drops.js';

/** How many rows one step looks at, so that it holds up a commit for some ten milliseconds at most. */
const stepSize = 200;

/** How long after the end of a sweep the next begins, in milliseconds. */
const restMs = 600_000;

type Place =
  | { readonly in: 'tombstones'; readonly namespace: string; readonly key: string }
  | { readonly in: 'history'; readonly revision: number };

const beginning: Place = { in: 'tombstones', namespace: '', key: '' };

/**
 * Goes through what is past, a few rows at a time, and drops what is too old: deleted keys, and versions of which their
 * keys' histories still had room.
 */
export class Sweep {
  readonly #ages: Retention;
  readonly #drops: Drops;
  readonly #oldestRevision: StatementSync;
  readonly #tombstones: StatementSync;
  readonly #dropTombstone: StatementSync;
  readonly #dropKey: StatementSync;
  readonly #reach: StatementSync;
  readonly #dropReplaced: StatementSync;
  /** `undefined` between two sweeps. */
  #place: Place | undefined;
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(db: DatabaseSync, ages: Retention, drops: Drops) {
    this.#ages = ages;
    this.#drops = drops;
    this.#oldestRevision = db.prepare('SELECT oldest_revision FROM log');
    this.#tombstones = db.prepare(`
      SELECT namespace, key, revision, updated_at FROM tombstones JOIN changes USING (namespace, key, revision)
      WHERE (namespace, key) > (?, ?) ORDER BY namespace, key LIMIT ${stepSize}`);
    this.#dropTombstone = db.prepare('DELETE FROM tombstones WHERE namespace = ? AND key = ?');
    this.#dropKey = db.prepare('DELETE FROM changes WHERE namespace = ? AND key = ? RETURNING revision');
    this.#reach = db.prepare(`
      SELECT max(revision) AS revision, count(*) AS count FROM (
        SELECT revision FROM changes WHERE revision > ? AND revision <= ? ORDER BY revision LIMIT ${stepSize})`);
    // A deletion is dropped together with the version that it ended.
    this.#dropReplaced = db.prepare(`
      DELETE FROM changes
      WHERE revision > ? AND revision <= ? AND namespace IS NOT NULL AND EXISTS (
        SELECT 1 FROM changes AS next
        WHERE next.namespace = changes.namespace AND next.key = changes.key AND next.version > changes.version
          AND next.type = 'set' AND next.updated_at <= ?)
      RETURNING revision`);
  }

  /** Within a transaction. Returns whether the sweep goes on. */
  step(nowMs: number): boolean {
    const { historyAgeMs, tombstoneAgeMs } = this.#ages;
    if (historyAgeMs === 0 && tombstoneAgeMs === 0) return false;
    if (this.#place === undefined) {
      // The clock may have been set back.
      if (Math.abs(nowMs - this.#endedMs) < restMs) return false;
      this.#place = beginning;
    }
    const { oldest_revision: oldest } = this.#oldestRevision.get() as { oldest_revision: number };
    this.#place =
      this.#place.in === 'tombstones'
        ? this.#sweepTombstones(this.#place, oldest, cutoff(nowMs, tombstoneAgeMs))
        : this.#sweepHistory(this.#place, oldest, cutoff(nowMs, historyAgeMs));
    if (this.#place === undefined) this.#endedMs = nowMs;
    return this.#place !== undefined;
  }

  #sweepTombstones(from: Place & { in: 'tombstones' }, oldest: number, before: number): Place | undefined {
    const rows = this.#tombstones.all(from.namespace, from.key) as {
      namespace: string;
      key: string;
      revision: number;
      updated_at: number;
    }[];
    for (const { namespace, key, revision, updated_at: deletedMs } of rows) {
      if (revision > oldest || deletedMs > before) continue;
      this.#dropTombstone.run(namespace, key);
      this.#drops.run(this.#dropKey, namespace, key);
    }
    const last = rows.at(-1);
    if (last !== undefined && rows.length === stepSize) return { in: 'tombstones', ...last };
    return this.#ages.historyAgeMs > 0 ? { in: 'history', revision: 0 } : undefined;
  }

  #sweepHistory(from: Place & { in: 'history' }, oldest: number, before: number): Place | undefined {
    const reach = this.#reach.get(from.revision, oldest) as { revision: number | null; count: number };
    if (reach.revision === null) return undefined;
    this.#drops.run(this.#dropReplaced, from.revision, reach.revision, before);
    return reach.count < stepSize ? undefined : { in: 'history', revision: reach.revision };
  }
}
