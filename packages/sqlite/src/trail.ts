import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { cutoff } from '@cfg/core/store';

/** Maximum number of records dropped in one transaction. */
const step = 200;

/** Remembers who made the changes that leave the log, as far as their age allows. */
export class Trail {
  readonly #ageMs: number;
  readonly #keep: StatementSync;
  readonly #prune: StatementSync;

  /** `ageMs` 0: for ever. */
  constructor(db: DatabaseSync, ageMs: number) {
    this.#ageMs = ageMs;
    // No row leaves `changes` before it has left the log's window: this is called for each that is dropped, and before.
    this.#keep = db.prepare(`
      INSERT INTO trail
        SELECT revision, type, namespace, key, version, codec, value_type, updated_at, author, comment,
          iif(type = 'alias_set', bytes, NULL)
        FROM changes WHERE revision > ? AND revision <= ?`);
    this.#prune = db.prepare(`
      DELETE FROM trail
      WHERE revision IN (SELECT revision FROM trail ORDER BY revision LIMIT ${step}) AND updated_at <= ?`);
  }

  /** Takes up the changes after `after`, up to `upTo`, which leave the log's window within the same transaction. */
  keep(after: number, upTo: number): void {
    this.#keep.run(after, upTo);
  }

  /** Drops some of what is too old. Returns whether there is more. */
  prune(nowMs: number): boolean {
    return this.#ageMs > 0 && this.#prune.run(cutoff(nowMs, this.#ageMs)).changes === step;
  }
}
