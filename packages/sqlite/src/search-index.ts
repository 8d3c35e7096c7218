import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Sealer, searchedKey, searchedValue } from '@cfg/core/store';
import { unlessDamaged } from './fault.js';
import { changeColumns, entryOf, type Row } from './rows.js';
import { hasSearchModule } from './search-table.js';

/** How many changes one step takes up, so that it holds up a commit for some ten milliseconds at most. */
const stepSize = 128;

/**
 * Writes the index of words that searches read. It holds the entries whose last change is in the stretch of revisions
 * from `log.indexed_from` (not included) to `log.indexed_to`: it follows the log upwards and, in a file that has entries
 * already, grows downwards too. Who searches reads beyond the stretch entry by entry, so that the index may lag behind
 * and no write has to wait for it.
 */
export class SearchIndex {
  readonly #db: DatabaseSync;
  readonly #sealer: Sealer;
  readonly #stretch: StatementSync;
  readonly #setStretch: StatementSync;
  readonly #head: StatementSync;
  readonly #above: StatementSync;
  readonly #below: StatementSync;
  readonly #currentOf: StatementSync;
  readonly #newestUpTo: StatementSync;
  /** Undefined where this SQLite has no such index. */
  readonly #words: { readonly insert: StatementSync; readonly delete: StatementSync } | undefined;

  constructor(db: DatabaseSync, sealer: Sealer) {
    this.#db = db;
    this.#sealer = sealer;
    this.#stretch = db.prepare('SELECT indexed_from, indexed_to FROM log');
    this.#setStretch = db.prepare('UPDATE log SET indexed_from = ?, indexed_to = ?');
    this.#head = db.prepare('SELECT coalesce(max(revision), 0) AS revision FROM changes');
    this.#above = db.prepare(
      `SELECT revision, namespace, key FROM changes WHERE revision > ? ORDER BY revision LIMIT ${stepSize}`,
    );
    this.#below = db.prepare(`
      SELECT changes.revision, entries.revision IS NOT NULL AS current
      FROM changes LEFT JOIN entries USING (namespace, key, revision)
      WHERE changes.revision <= ? ORDER BY changes.revision DESC LIMIT ${stepSize}`);
    this.#currentOf = db.prepare(`
      SELECT ${changeColumns} FROM entries JOIN changes USING (revision)
      WHERE entries.namespace = ? AND entries.key = ? AND entries.revision <= ?`);
    this.#newestUpTo = db.prepare(`
      SELECT revision FROM changes WHERE namespace = ? AND key = ? AND revision <= ?
      ORDER BY version DESC, revision DESC LIMIT 1`);
    this.#words = hasSearchModule(db)
      ? {
          insert: db.prepare('INSERT INTO search (rowid, key, value) VALUES (?, ?, ?)'),
          delete: db.prepare('DELETE FROM search WHERE rowid = ?'),
        }
      : undefined;
  }

  /** Begins the index, or empties it, unless it is as wanted. */
  switch(on: boolean): void {
    if (this.#words === undefined) return;
    const isOn = this.#readStretch() !== undefined;
    if (on && !isOn) {
      const { revision } = this.#head.get() as { revision: number };
      this.#setStretch.run(revision, revision);
    } else if (!on && isOn) {
      this.#db.exec(`INSERT INTO search (search) VALUES ('delete-all')`);
      this.#setStretch.run(null, null);
    }
  }

  /** Takes up some changes. Returns whether there are more. */
  step(): boolean {
    const stretch = this.#readStretch();
    if (stretch === undefined || this.#words === undefined) return false;
    const { from, to } = stretch;
    const rows = this.#above.all(to) as { revision: number; namespace: string | null; key: string }[];
    const newest = rows.at(-1)?.revision ?? to;
    const keys = new Map<string, readonly [namespace: string, key: string]>();
    for (const { namespace, key } of rows) if (namespace !== null) keys.set(`${namespace}\n${key}`, [namespace, key]);
    for (const [namespace, key] of keys.values()) {
      const before = this.#newestUpTo.get(namespace, key, to);
      if (before !== undefined) this.#words?.delete.run(before.revision as number);
      const current = this.#currentOf.get(namespace, key, newest);
      if (current !== undefined && (current.revision as number) > to) this.#add(current);
    }
    if (rows.length > 0) this.#setStretch.run(from, newest);
    // Fewer wait until more have come: a step for one takes almost as long as one for many.
    return rows.length === stepSize || (from > 0 && this.#stepDown(from, newest));
  }

  /** Changes that leave the file leave the index too: those of which it does not know yet that they are overwritten. */
  forget(revisions: readonly number[]): void {
    if (revisions.length === 0) return;
    const { from = 0, to = 0 } = this.#readStretch() ?? {};
    for (const revision of revisions) if (revision > from && revision <= to) this.#words?.delete.run(revision);
  }

  #stepDown(from: number, to: number): boolean {
    const rows = this.#below.all(from) as { revision: number; current: number }[];
    const entry = this.#db.prepare(`SELECT ${changeColumns} FROM changes WHERE revision = ?`);
    for (const { revision, current } of rows) if (current === 1) this.#add(entry.get(revision) as Row);
    const oldest = rows.length < stepSize ? 0 : (rows.at(-1)?.revision as number) - 1;
    this.#setStretch.run(oldest, to);
    return oldest > 0;
  }

  #add(row: Row): void {
    // A search does not find by its value what cannot be read.
    const entry = unlessDamaged(() => entryOf(row, this.#sealer));
    if (entry === undefined) return;
    this.#words?.insert.run(entry.revision, searchedKey(entry), searchedValue(entry));
  }

  #readStretch(): { from: number; to: number } | undefined {
    const row = this.#stretch.get() as { indexed_from: number | null; indexed_to: number | null };
    return row.indexed_from === null || row.indexed_to === null
      ? undefined
      : { from: row.indexed_from, to: row.indexed_to };
  }
}
