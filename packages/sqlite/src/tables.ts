import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Change, type Entry, valueTypeNumber } from '@cfg/core';
import { changeOf, entryColumns, entryOf } from './rows.js';

/** The tables of keys, as the writer changes them. To be called within its transaction only. */
export class Tables {
  readonly #entry: StatementSync;
  readonly #tombstone: StatementSync;
  readonly #byRequest: StatementSync;
  readonly #due: StatementSync;
  readonly #insertChange: StatementSync;
  readonly #putEntry: StatementSync;
  readonly #putTombstone: StatementSync;
  readonly #dropEntry: StatementSync;
  readonly #dropTombstone: StatementSync;
  readonly #tally: StatementSync;

  constructor(db: DatabaseSync) {
    const last = (table: string): StatementSync =>
      db.prepare(`
        SELECT ${entryColumns} FROM ${table} JOIN changes USING (revision)
        WHERE ${table}.namespace = ? AND ${table}.key = ?`);
    this.#entry = last('entries');
    this.#tombstone = last('tombstones');
    this.#byRequest = db.prepare(`
      SELECT ${entryColumns}, request_id FROM changes WHERE namespace = ? AND key = ? AND request_id = ?`);
    this.#due = db.prepare(`
      SELECT ${entryColumns} FROM entries JOIN changes USING (revision)
      WHERE entries.expires_at <= ? ORDER BY entries.expires_at, entries.namespace, entries.key LIMIT ?`);
    // An empty array may arrive as NULL.
    this.#insertChange = db.prepare(`
      INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, x''))`);
    this.#putEntry = db.prepare(`
      INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
      SET revision = excluded.revision, version = excluded.version, expires_at = excluded.expires_at`);
    this.#putTombstone = db.prepare('INSERT INTO tombstones VALUES (?, ?, ?, ?)');
    this.#dropEntry = db.prepare('DELETE FROM entries WHERE namespace = ? AND key = ?');
    this.#dropTombstone = db.prepare('DELETE FROM tombstones WHERE namespace = ? AND key = ?');
    this.#tally = db.prepare(`
      INSERT INTO namespaces VALUES (?, ?, ?) ON CONFLICT DO UPDATE
      SET revision = excluded.revision, entries = entries + excluded.entries`);
  }

  /** A key's last state: its entry or its tombstone. */
  last(namespace: string, key: string): Entry | undefined {
    const row = this.#entry.get(namespace, key) ?? this.#tombstone.get(namespace, key);
    return row && entryOf(row);
  }

  byRequest(namespace: string, key: string, requestId: string): Change | undefined {
    const row = this.#byRequest.get(namespace, key, requestId);
    return row && changeOf(row);
  }

  /** Up to `limit` entries that have expired, those first that did first. */
  due(nowMs: number, limit: number): Entry[] {
    return this.#due.all(nowMs, limit).map(entryOf);
  }

  /** Adds a change to the log. `namespace` is null for an alias. */
  append({ type, entry, revision, requestId }: Change, namespace: string | null): void {
    this.#insertChange.run(
      revision,
      type,
      namespace,
      entry.key,
      entry.version,
      entry.codec,
      valueTypeNumber(entry.type),
      entry.createdAtMs,
      entry.updatedAtMs,
      entry.expiresAtMs ?? null,
      requestId === '' ? null : requestId,
      entry.bytes,
    );
  }

  /** Makes `entry` its key's state; `last` was it before. */
  put(entry: Entry, last: Entry | undefined): void {
    const { namespace, key, revision, version } = entry;
    if (entry.deleted) {
      this.#dropEntry.run(namespace, key);
      this.#putTombstone.run(namespace, key, revision, version);
    } else {
      if (last?.deleted) this.#dropTombstone.run(namespace, key);
      this.#putEntry.run(namespace, key, revision, version, entry.expiresAtMs ?? null);
    }
  }

  /** Counts `added` entries more in the namespace, whose last change is that of `revision`. */
  tally(namespace: string, revision: number, added: number): void {
    this.#tally.run(namespace, revision, added);
  }
}
