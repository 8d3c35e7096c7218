import { searchedColumns } from './rows.js';
import type { Names } from './schema.js';

/** How the index for searches is asked: near the newest entries, and far from them. */
interface Searched {
  readonly near: string;
  readonly far: string;
}

/** The statements of searches, and of the index for them. */
export interface SearchStatements {
  readonly reach: string;
  readonly scan: string;
  readonly indexedTo: string;
  readonly searched: { readonly both: Searched; readonly keys: Searched; readonly values: Searched };
  readonly indexLock: string;
  readonly indexChanged: string;
  readonly indexCurrent: string;
  readonly indexPut: string;
}

export function searchStatementsOf({ changes, keys, search, searchLog }: Names): SearchStatements {
  // `near` goes through a stretch of revisions. `far` has but the index over the texts to go by, whatever the planner
  // believes of the others, and stops where it finds more than are worth sorting.
  const searched = (where: string): Searched => ({
    near: `
      SELECT s.revision FROM ${search} s JOIN ${keys} k USING (namespace, key, revision)
      WHERE s.revision > $1 AND s.revision < $2 AND (${where.replaceAll('key', 's.key')})
        AND s.namespace || '' >= $4 AND s.namespace || '' < $5 AND s.key || '' >= $6 AND s.key || '' < $7
      ORDER BY s.revision DESC LIMIT $8`,
    far: `
      WITH named AS MATERIALIZED (
        SELECT namespace, key, revision FROM ${search}
        WHERE (${where}) AND revision + 0 > $1 AND revision + 0 < $2
          AND namespace || '' >= $4 AND namespace || '' < $5 AND key || '' >= $6 AND key || '' < $7
        LIMIT $8
      )
      SELECT n.revision, k.revision IS NOT NULL AS current
      FROM named n LEFT JOIN ${keys} k USING (namespace, key, revision) ORDER BY n.revision DESC`,
  });
  return {
    reach: `
      SELECT min(revision) AS lowest, count(*) AS count FROM (
        SELECT revision FROM ${changes} WHERE revision > $1 AND revision < $2 ORDER BY revision DESC LIMIT $3
      ) AS reached`,
    // The current entries of a stretch of the log: where only keys are searched, those that have the text.
    scan: `
      SELECT ${searchedColumns} FROM ${changes} c JOIN ${keys} k USING (namespace, key, revision)
      WHERE c.revision >= $1 AND c.revision < $2 AND NOT k.deleted
        AND ($3::text IS NULL OR position($3 in lower(key)) > 0)
        AND namespace >= $4 AND namespace < $5 AND key >= $6 AND key < $7
      ORDER BY c.revision DESC`,
    indexedTo: `SELECT indexed_to FROM ${searchLog}`,
    searched: {
      both: searched('lower(key) LIKE $3 OR value LIKE $3'),
      keys: searched('lower(key) LIKE $3'),
      values: searched('value LIKE $3'),
    },
    // A step that is lost is done again: nobody waits for the disk.
    indexLock: `
      SET LOCAL synchronous_commit = off;
      SELECT indexed_to FROM ${searchLog} WHERE indexed_to IS NOT NULL FOR UPDATE SKIP LOCKED`,
    indexChanged: `
      SELECT revision, namespace, key FROM ${changes} WHERE revision > $1 ORDER BY revision LIMIT $2`,
    indexCurrent: `
      SELECT ${searchedColumns} FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS n (namespace, key)) AS wanted
        JOIN ${keys} k USING (namespace, key) JOIN ${changes} c USING (revision)
      WHERE NOT k.deleted`,
    indexPut: `
      WITH dropped AS (
        DELETE FROM ${search} s USING unnest($1::text[], $2::text[]) AS gone (namespace, key)
        WHERE s.namespace = gone.namespace AND s.key = gone.key
          AND (s.namespace, s.key) NOT IN (SELECT * FROM unnest($3::text[], $4::text[]))
      ),
      put AS (
        INSERT INTO ${search} (namespace, key, revision, value)
        SELECT * FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[])
        ON CONFLICT (namespace, key) DO UPDATE SET revision = excluded.revision, value = excluded.value
      )
      UPDATE ${searchLog} SET indexed_to = $7`,
  };
}
