import { existsSync } from 'node:fs';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { SecretPolicy } from '@cfg/core';
import {
  type DataKeyRow,
  type DataKeyState,
  type DataKeys,
  type KeyTable,
  type ResealStep,
  type SealedCounts,
  Sealer,
} from '@cfg/core/store';
import { changeChecksum } from './checksum.js';
import { cannotOpen, connect, openReading } from './database-file.js';
import { guarded } from './fault.js';
import { completeOptions } from './options.js';
import { changeColumns, entryOf, type Row } from './rows.js';
import { emptySearch } from './search-table.js';

/** How many values one step of a pass looks at; it ends earlier after so many bytes of those that it seals. */
const stepRows = 256;
const stepBytes = 4 * 1024 * 1024;

/** The data keys in a SQLite file, on a connection of its own: other processes may read and write meanwhile. */
export class SqliteKeyTable implements KeyTable {
  readonly #db: DatabaseSync;
  #hasWritten = false;
  /** Values that were plain have been sealed. */
  #wasPlain = false;

  /** The file must have been prepared. */
  constructor(path: string, busyTimeoutMs: number) {
    this.#db = connect(path, busyTimeoutMs);
    // The bytes that a plain value or a wrapped key leaves behind in the file are overwritten.
    this.#db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  }

  async list(): Promise<readonly DataKeyRow[]> {
    return guarded(() => keyRowsOf(this.#db));
  }

  async update(
    change: (rows: readonly DataKeyRow[], revision: number) => readonly DataKeyRow[] | undefined,
  ): Promise<readonly DataKeyRow[]> {
    return this.#transaction(() => {
      const rows = keyRowsOf(this.#db);
      const changed = change(rows, this.#revision());
      const put = this.#db.prepare('INSERT OR REPLACE INTO data_keys VALUES (?, ?, ?, ?, ?, ?, ?)');
      for (const { id, state, wrapped, wrapper, check, createdAtMs, createdRevision } of changed ?? []) {
        put.run(id, state, wrapped, wrapper, check, createdAtMs, createdRevision);
      }
      return changed ?? rows;
    });
  }

  async counts(): Promise<SealedCounts> {
    return guarded(() => {
      const rows = this.#db.prepare('SELECT dek, count(*) AS n FROM changes WHERE dek IS NOT NULL GROUP BY dek').all();
      const sealed = new Map(rows.map(({ dek, n }) => [dek as number, n as number]));
      return { sealed, revision: this.#revision() };
    });
  }

  async reseal(keys: DataKeys, policy: SecretPolicy, after: number): Promise<ResealStep> {
    return this.#transaction(() => {
      const active = this.#db.prepare("SELECT id FROM data_keys WHERE state = 'active'").get()?.id as number;
      const sealer = new Sealer(policy);
      sealer.load(keys);
      sealer.activate(active);
      const put = this.#db.prepare('UPDATE changes SET bytes = ?, dek = ?, checksum = ? WHERE revision = ?');
      let wasPlain = false;
      const step = this.#step(after, (row) => {
        const entry = row.dek === active ? undefined : entryOf(row, sealer);
        if (!entry?.secret) return 0;
        const { bytes, dek } = sealer.reseal(entry);
        put.run(bytes, dek, changeChecksum({ ...row, bytes, dek }), entry.revision);
        wasPlain ||= row.dek === null;
        return bytes.length;
      });
      if (wasPlain) emptySearch(this.#db);
      this.#wasPlain ||= wasPlain;
      return step;
    });
  }

  async verify(keys: DataKeys, after: number): Promise<ResealStep> {
    const sealer = new Sealer();
    sealer.load(keys);
    return guarded(() => this.#step(after, (row) => (row.dek === null ? 0 : entryOf(row, sealer).bytes.length + 1)));
  }

  async destroy(id: number): Promise<boolean> {
    return this.#transaction(() => {
      if (this.#db.prepare('SELECT 1 FROM changes WHERE dek = ? LIMIT 1').get(id) !== undefined) return false;
      const destroy = this.#db.prepare(`
        UPDATE data_keys SET state = 'destroyed', wrapped = x'', check_value = x'' WHERE id = ? AND state = 'retired'`);
      return destroy.run(id).changes > 0;
    });
  }

  /** Where values were sealed that had been plain, writes the file anew, so that nothing is left of them between the rows. */
  async close(): Promise<void> {
    if (!this.#db.isOpen) return;
    try {
      guarded(() => {
        if (this.#wasPlain) this.#db.exec('VACUUM');
        if (this.#hasWritten) this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      });
    } finally {
      this.#db.close();
    }
  }

  #revision(): number {
    return (this.#db.prepare('SELECT max(revision) AS newest FROM changes').get()?.newest ?? 0) as number;
  }

  /** Looks at values in the order of their revisions. `work` returns how many bytes it has handled; 0: it did nothing. */
  #step(after: number, work: (row: Row) => number): ResealStep {
    const revisions = this.#db.prepare(`
      SELECT revision FROM changes
      WHERE revision > ? AND type = 'set' AND namespace IS NOT NULL ORDER BY revision LIMIT ${stepRows}`);
    const read = this.#db.prepare(`SELECT ${changeColumns} FROM changes WHERE revision = ?`);
    const found = revisions.all(after).map(({ revision }) => revision as number);
    let [count, bytes] = [0, 0];
    for (const revision of found) {
      const handled = work(read.get(revision) as Row);
      count += handled > 0 ? 1 : 0;
      bytes += handled;
      if (bytes >= stepBytes) return { count, next: revision };
    }
    return { count, next: found.length < stepRows ? undefined : found.at(-1) };
  }

  #transaction<T>(work: () => T): T {
    return guarded(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#db.exec('COMMIT');
        this.#hasWritten = true;
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }
}

/** The data keys in the order of their ids. */
export const keyRowsOf = (db: DatabaseSync): DataKeyRow[] =>
  db.prepare('SELECT * FROM data_keys ORDER BY id').all().map(keyRowOf);

const keyRowOf = (row: Record<string, SQLOutputValue>): DataKeyRow => ({
  id: row.id as number,
  state: row.state as DataKeyState,
  wrapped: row.wrapped as Uint8Array,
  wrapper: row.wrapper as string,
  check: row.check_value as Uint8Array,
  createdAtMs: row.created_at as number,
  createdRevision: row.created_revision as number,
});

/**
 * The data keys of the SQLite store in the file `path`, for `rotateKeys` and the like of `@cfg/secrets`; servers may have
 * it open meanwhile. Throws `invalid_argument` for a file that is not such a store's, and `unavailable` where there is
 * none, or it cannot be used.
 *
 * @example
 * const table = openSqliteKeys('config.db');
 * console.log(await keyStatus(table));
 * await table.close();
 */
export function openSqliteKeys(path: string): KeyTable {
  const settings = completeOptions(path, {});
  if (!existsSync(settings.path)) throw cannotOpen('unavailable', settings.path, 'there is no such file');
  openReading(settings).close();
  return new SqliteKeyTable(settings.path, settings.busyTimeoutMs);
}
