import type { DatabaseSync } from 'node:sqlite';
import { reasonOf } from './fault.js';
import { aliasOf, changeColumns, checkRow } from './rows.js';

/** Says what is wrong, as the first row that it returns. */
interface Rule {
  readonly is: string;
  readonly sql: string;
}

const pointers = (table: string, type: string): string => `
  SELECT p.namespace || '/' || p.key AS what FROM ${table} AS p LEFT JOIN changes AS c ON c.revision = p.revision
  WHERE c.namespace IS NOT p.namespace OR c.key IS NOT p.key OR c.version IS NOT p.version OR c.type IS NOT '${type}'`;

/** How the tables depend on each other: see schema.ts. */
const rules: readonly Rule[] = [
  { is: 'an entry without its change', sql: pointers('entries', 'set') },
  { is: 'a tombstone without its change', sql: pointers('tombstones', 'delete') },
  {
    is: 'a key without an entry',
    sql: `
      SELECT c.namespace || '/' || c.key AS what FROM (
        SELECT namespace, key, max(revision) AS revision FROM changes WHERE namespace IS NOT NULL GROUP BY namespace, key
      ) AS c
      WHERE NOT EXISTS (SELECT 1 FROM entries AS e WHERE (e.namespace, e.key, e.revision) = (c.namespace, c.key, c.revision))
        AND NOT EXISTS (
          SELECT 1 FROM tombstones AS t WHERE (t.namespace, t.key, t.revision) = (c.namespace, c.key, c.revision))`,
  },
  {
    is: 'another time of expiry',
    sql: `
      SELECT e.namespace || '/' || e.key AS what FROM entries AS e JOIN changes AS c USING (revision)
      WHERE e.expires_at IS NOT c.expires_at`,
  },
  {
    is: 'a hole in the log after revision',
    sql: `
      SELECT oldest_revision AS what FROM log
      WHERE (SELECT count(*) FROM changes WHERE revision > oldest_revision)
        != max(0, (SELECT coalesce(max(revision), 0) FROM changes) - oldest_revision)`,
  },
  {
    is: 'a wrong count of the namespace',
    sql: `
      SELECT name AS what FROM namespaces WHERE entries != (SELECT count(*) FROM entries WHERE namespace = name)
      UNION ALL SELECT namespace FROM entries WHERE namespace NOT IN (SELECT name FROM namespaces)`,
  },
];

/**
 * Reads the whole file, and returns the first thing that is wrong with it; `undefined`: nothing. Sees every changed bit
 * that matters to what a store answers, but for rows written before schema 6, which have no checksums.
 */
export function findDamage(db: DatabaseSync): string | undefined {
  try {
    const found = db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check;
    if (found !== 'ok') return String(found);
    for (const { is, sql } of rules) {
      const row = db.prepare(`${sql} LIMIT 1`).get();
      if (row !== undefined) return `${is} ${row.what}`;
    }
    for (const row of db.prepare(`SELECT ${changeColumns} FROM changes`).iterate()) checkRow(row);
    for (const row of db.prepare('SELECT * FROM aliases').iterate()) aliasOf(row);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
