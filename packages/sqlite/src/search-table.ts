import type { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '@cfg/core';

/** Whether this SQLite has FTS5: that of the first releases of Node.js 22 has not, and searches read entry by entry. */
export const hasSearchModule = (db: DatabaseSync): boolean =>
  db.prepare("SELECT sqlite_compileoption_used('ENABLE_FTS5') AS used").get()?.used === 1;

/**
 * Makes the table of the index for searches, where this SQLite can, within the transaction that the caller has begun. Where
 * it cannot, the index falls behind what is written: `log.indexed_to` is -1 then, and the next that can begins it anew.
 */
export function prepareSearch(db: DatabaseSync): void {
  if (!hasSearchModule(db)) {
    db.exec('UPDATE log SET indexed_from = -1, indexed_to = -1 WHERE indexed_to >= 0');
    return;
  }
  db.exec(`
    CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (
      key, value, content = '', contentless_delete = 1, detail = column, tokenize = 'trigram case_sensitive 1'
    )`);
  if (db.prepare('SELECT indexed_to FROM log').get()?.indexed_to === -1) emptySearch(db);
}

/** Forgets all words, as where some were a secret's. The index is made again little by little. */
export function emptySearch(db: DatabaseSync): void {
  if (hasSearchModule(db)) {
    db.exec(`
      INSERT INTO search (search) VALUES ('delete-all');
      UPDATE log SET (indexed_from, indexed_to) = (SELECT coalesce(max(revision), 0), coalesce(max(revision), 0) FROM changes)
      WHERE indexed_to IS NOT NULL`);
  } else if (db.prepare("SELECT 1 AS one FROM sqlite_schema WHERE name = 'search'").get() !== undefined) {
    throw new ConfigError(
      'unsupported',
      'the index for searches can be emptied by a Node.js whose SQLite has FTS5 only',
    );
  }
}
