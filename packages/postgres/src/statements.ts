import { changeColumns, headerColumns, trailColumns, valueBytes } from './rows.js';
import type { Names } from './schema.js';
import { type SearchStatements, searchStatementsOf } from './search-statements.js';

/**
 * Sort key of a row of `changes` within its key's history: a deletion counts as one more than the version it ended, so it
 * is dropped together with that version.
 */
const place = `(c.version + (c.type = 'delete')::int)`;

/** The size of a change in the log's limit beside its value, in bytes. */
export const entryWeight = 200;

/** Most entries that a commit finds expired. */
export const maxDue = 1_000;

/** The statements of a store's tables, as texts: what they are called with is said where they are used. */
export interface Statements extends SearchStatements {
  readonly head: string;
  readonly changes: string;
  readonly trail: string;
  readonly trailBegin: string;
  readonly keepTrail: string;
  readonly pruneTrail: string;
  readonly nextExpiry: string;
  readonly get: string;
  readonly getMany: string;
  readonly getWithHead: string;
  readonly nextExpiryWithHead: string;
  readonly states: string;
  readonly live: string;
  readonly all: string;
  readonly history: string;
  readonly nearest: string;
  readonly byRevisions: string;
  readonly namespaceRevision: string;
  readonly namespaces: string;
  readonly everyNamespace: string;
  readonly counts: string;
  readonly alias: string;
  readonly aliases: string;
  readonly isTarget: string;
  readonly isKey: string;
  readonly putAlias: string;
  readonly dropAlias: string;
  readonly lock: string;
  readonly load: string;
  readonly activeKey: string;
  readonly flush: string;
  readonly newOldest: string;
  readonly moveWindow: string;
  readonly dropLeaving: string;
  readonly forgetKeys: string;
  readonly reachUp: string;
  readonly dropReplaced: string;
}

export function statementsOf(names: Names): Statements {
  const { log, changes, keys, namespaces, aliases, dataKeys, trail, search, channel } = names;
  const last = `${keys} k JOIN ${changes} c USING (revision)`;
  // A page of keys; `before` is what the values ahead of a row weigh.
  const range = (which: string): string => `
    SELECT * FROM (
      SELECT ${changeColumns}, k.key AS sort, row_number() OVER w AS place,
        sum(${valueBytes}) OVER w - ${valueBytes} AS before
      FROM ${last}
      WHERE k.namespace = $1 AND k.key >= $2 AND k.key < $3 AND ${which}
      WINDOW w AS (ORDER BY k.key) ORDER BY k.key LIMIT $4
    ) AS page WHERE before <= $5 OR place <= 2 ORDER BY sort`;
  const get = `SELECT ${changeColumns} FROM ${last} WHERE k.namespace = $1 AND k.key = $2`;
  const nextExpiry = `SELECT min(expires_at) AS next FROM ${keys} WHERE NOT deleted AND expires_at IS NOT NULL`;
  const head = `SELECT revision, oldest_revision, oldest_bytes, log_bytes, log_id FROM ${log}`;
  return {
    ...searchStatementsOf(names),
    head,
    changes: `
      SELECT ${changeColumns} FROM ${changes} c
      WHERE c.revision > greatest($1, (SELECT oldest_revision FROM ${log})) ORDER BY c.revision LIMIT $2`,
    // A stretch of revisions from the log's window, and before that from the trail.
    trail: `
      SELECT * FROM (
        SELECT c.*, row_number() OVER w AS place,
          coalesce(sum(${valueBytes}) OVER w, 0) - coalesce(${valueBytes}, 0) AS before
        FROM (
          SELECT ${changeColumns} FROM ${changes} c WHERE c.revision > (SELECT oldest_revision FROM ${log})
          UNION ALL
          SELECT ${trailColumns} FROM ${trail} t LEFT JOIN ${changes} c USING (revision)
        ) AS c
        WHERE c.revision >= $1 AND c.revision < $2
          AND ($3::text IS NULL OR c.type = $3) AND ($4::text IS NULL OR c.namespace = $4)
          AND ($5::text IS NULL OR c.key = $5) AND ($6::text IS NULL OR c.author = $6)
          AND c.updated_at >= $7 AND c.updated_at < $8
        WINDOW w AS (ORDER BY c.revision DESC) ORDER BY c.revision DESC LIMIT $9
      ) AS page WHERE before <= $10 OR place <= 2 ORDER BY place`,
    trailBegin: `SELECT coalesce((SELECT min(revision) FROM ${trail}), (SELECT oldest_revision + 1 FROM ${log})) AS first`,
    // Called for all that leaves the window, in the same transaction: nothing leaves the changes before that.
    keepTrail: `
      INSERT INTO ${trail}
        SELECT revision, type, namespace, key, version, codec, value_type, updated_at, author, comment,
          CASE WHEN type = 'alias_set' THEN bytes END
        FROM ${changes} WHERE revision > $1 AND revision <= $2`,
    pruneTrail: `
      DELETE FROM ${trail}
      WHERE revision IN (SELECT revision FROM ${trail} ORDER BY revision LIMIT $2) AND updated_at <= $1
      RETURNING 1`,
    nextExpiry,
    nextExpiryWithHead: `SELECT revision AS head, log_id, (${nextExpiry}) AS next FROM ${log}`,
    get,
    getMany: `
      SELECT wanted.at, ${changeColumns}
      FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (namespace, key, at)
        JOIN ${keys} k USING (namespace, key) JOIN ${changes} c USING (revision)`,
    getWithHead: `SELECT l.revision AS head, l.log_id, g.* FROM ${log} l LEFT JOIN (${get}) AS g ON true`,
    states: `
      SELECT ${changeColumns} FROM ${last} WHERE k.namespace = $1 AND k.key = ANY($2::text[]) ORDER BY k.key`,
    live: range('NOT k.deleted'),
    all: range('true'),
    history: `
      SELECT * FROM (
        SELECT ${changeColumns}, row_number() OVER w AS place,
          sum(${valueBytes}) OVER w - ${valueBytes} AS before
        FROM ${keys} k JOIN ${changes} c USING (namespace, key)
        WHERE k.namespace = $1 AND k.key = $2 AND c.version >= k.version - $3 AND ${place} > k.version - $3
          AND c.revision < $4 AND ($5 OR c.type = 'set') AND ($6 = 0 OR c.version = $6)
        WINDOW w AS (ORDER BY c.version DESC, c.revision DESC)
        ORDER BY c.version DESC, c.revision DESC LIMIT $7
      ) AS page WHERE before <= $8 OR place <= 2 ORDER BY place`,
    nearest: `
      SELECT asked.at, ${changeColumns}
      FROM (
        SELECT at, coalesce(
          (SELECT revision FROM ${changes} WHERE namespace = $1 AND key = wanted AND revision <= $3
            ORDER BY version DESC, revision DESC LIMIT 1),
          (SELECT revision FROM ${changes} WHERE namespace = $1 AND key = wanted
            ORDER BY version, revision LIMIT 1)
        ) AS revision
        FROM unnest($2::text[]) WITH ORDINALITY AS names (wanted, at)
      ) AS asked JOIN ${changes} c USING (revision)`,
    byRevisions: `
      SELECT ${changeColumns} FROM ${changes} c WHERE c.revision = ANY($1::bigint[]) ORDER BY c.revision DESC`,
    namespaceRevision: `SELECT revision FROM ${namespaces} WHERE name = $1`,
    namespaces: `
      SELECT name FROM ${namespaces} WHERE entries > 0 AND name >= $1 AND name < $2 ORDER BY name LIMIT $3`,
    everyNamespace: `SELECT name FROM ${namespaces} ORDER BY name`,
    counts: `SELECT name, entries FROM ${namespaces} WHERE entries > 0 ORDER BY name`,
    alias: `SELECT * FROM ${aliases} WHERE alias = $1`,
    aliases: `SELECT * FROM ${aliases} ORDER BY alias`,
    isTarget: `SELECT 1 FROM ${aliases} WHERE target = $1 LIMIT 1`,
    isKey: `
      SELECT 1 FROM ${keys} WHERE key = $1 AND NOT deleted AND (expires_at IS NULL OR expires_at > $2) LIMIT 1`,
    putAlias: `INSERT INTO ${aliases} VALUES ($1, $2, $3, $4, $5)`,
    dropAlias: `DELETE FROM ${aliases} WHERE alias = $1`,
    lock: `${head} FOR UPDATE`,
    activeKey: `SELECT id FROM ${dataKeys} WHERE state = 'active'`,
    // Last states of keys, without values unless asked for; changes with request ids; what has expired.
    load: `
      SELECT 'last' AS what, ${headerColumns.replace(/''::bytea/, `CASE WHEN $6 THEN c.bytes ELSE ''::bytea END`)}
      FROM unnest($1::text[], $2::text[]) AS wanted (namespace, key)
        JOIN ${keys} k USING (namespace, key) JOIN ${changes} c USING (revision)
      UNION ALL
      SELECT 'request', ${changeColumns}
      FROM unnest($3::text[], $4::text[]) AS wanted (namespace, request_id)
        JOIN ${changes} c USING (namespace, request_id)
      WHERE c.revision > (SELECT oldest_revision FROM ${log})
      UNION ALL (
        SELECT 'due', ${headerColumns} FROM ${last} WHERE NOT k.deleted AND k.expires_at <= $5
        ORDER BY k.expires_at, k.namespace, k.key LIMIT ${maxDue}
      )`,
    flush: `
      WITH moved AS (UPDATE ${log} SET revision = $1, log_bytes = $2),
      logged AS (
        INSERT INTO ${changes} (revision, type, namespace, key, version, codec, value_type, created_at, updated_at,
          expires_at, request_id, author, comment, more, log_bytes, bytes, dek)
        SELECT * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::integer[],
          $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::boolean[],
          $17::bigint[], $18::bytea[], $29::integer[])
      ),
      stated AS (
        INSERT INTO ${keys} (namespace, key, revision, version, deleted, expires_at)
        SELECT * FROM unnest($19::text[], $20::text[], $21::bigint[], $22::bigint[], $23::boolean[], $24::bigint[])
        ON CONFLICT (namespace, key) DO UPDATE SET revision = excluded.revision, version = excluded.version,
          deleted = excluded.deleted, expires_at = excluded.expires_at
      ),
      counted AS (
        INSERT INTO ${namespaces} AS n (name, revision, entries)
        SELECT * FROM unnest($25::text[], $26::bigint[], $27::bigint[])
        ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, entries = n.entries + excluded.entries
      )
      SELECT pg_notify('${channel}', $28)`,
    newOldest: `
      SELECT revision, log_bytes FROM ${changes} c
      WHERE revision > $1 AND revision <= $2
        AND (revision <= $3 OR $4 - log_bytes + ${entryWeight} + ${valueBytes} > $5 OR updated_at <= $6)
      ORDER BY revision DESC LIMIT 1`,
    moveWindow: `UPDATE ${log} SET oldest_revision = $1, oldest_bytes = $2`,
    // Of the keys whose changes leave the window: everything that has left it and is not among the newest versions.
    dropLeaving: `
      WITH leaving AS (
        SELECT DISTINCT namespace, key FROM ${changes}
        WHERE revision > $1 AND revision <= $2 AND namespace IS NOT NULL
      ),
      past AS (
        SELECT c.revision FROM leaving
          JOIN ${keys} k USING (namespace, key) JOIN ${changes} c USING (namespace, key)
        WHERE c.revision <= $2 AND ${place} <= k.version - $3
      )
      DELETE FROM ${changes} c WHERE revision IN (SELECT revision FROM past)
        OR (c.namespace IS NULL AND c.revision > $1 AND c.revision <= $2)
      RETURNING 1`,
    forgetKeys: `
      WITH gone AS (
        SELECT k.namespace, k.key FROM ${last}
        WHERE k.deleted AND k.revision <= $1 AND c.updated_at <= $2 ORDER BY k.revision LIMIT $3
      ),
      dropped AS (
        DELETE FROM ${changes} c USING gone g WHERE c.namespace = g.namespace AND c.key = g.key RETURNING 1
      ),
      unnamed AS (DELETE FROM ${search} s USING gone g WHERE s.namespace = g.namespace AND s.key = g.key)
      DELETE FROM ${keys} k USING gone g WHERE k.namespace = g.namespace AND k.key = g.key
      RETURNING (SELECT count(*) FROM dropped) AS changes`,
    reachUp: `
      SELECT max(revision) AS highest, count(*) AS count FROM (
        SELECT revision FROM ${changes} WHERE revision > $1 AND revision <= $2 ORDER BY revision LIMIT $3
      ) AS reached`,
    // A deletion is dropped together with the version that it ended.
    dropReplaced: `
      DELETE FROM ${changes} c
      WHERE c.revision > $1 AND c.revision <= $2 AND c.namespace IS NOT NULL AND EXISTS (
        SELECT 1 FROM ${changes} next
        WHERE next.namespace = c.namespace AND next.key = c.key AND next.version > c.version
          AND next.type = 'set' AND next.updated_at <= $3)
      RETURNING 1`,
  };
}
