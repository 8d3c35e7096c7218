import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** "cfg1" in ASCII: tells a file of this store from any other SQLite file. */
export const applicationId = 0x63666731;

/**
 * The steps from one schema to the next; a file's `user_version` is how many of them it has behind it. Steps are only
 * ever added.
 *
 * - `changes` is the log and at once the history of every key: a row leaves it when it is neither in the log's window,
 *   the revisions after `log.oldest_revision`, nor among the kept versions of its key. The newest row is always in the
 *   window, so the newest revision is that of the last row. An alias change has no namespace, which keeps it out of the
 *   keys' history. `more` is 1 where the next change is of the same write. `log_bytes` is what all changes up to this
 *   one weigh, so that a difference tells the weight of the window. The bytes come last: who reads past them would read
 *   all of them.
 * - `dek` names the data key that seals the bytes; NULL: they are plain. It comes after them, which costs a plain row
 *   nothing: NULL takes no place.
 * - `checksum` is of the whole row but `log_bytes` (checksum.ts), as SQLite has none: NULL in rows of before.
 * - `data_keys` holds those keys, each wrapped by a key that is not in the file.
 * - `entries` and `tombstones` point to the last change of every key, those that exist and those that are deleted, so
 *   that a page of the ones never walks over the others.
 * - `namespaces` counts along, so that nothing ever has to be counted.
 * - `trail` has of each change that has left the log's window who made it and when, without its value; but of an alias,
 *   its target. So the trail is what is in the window, and this.
 * - `search` has the words of the entries whose last change is in the stretch from `log.indexed_from` (not included) to
 *   `log.indexed_to`, by the revision of that change; the columns are NULL where there is no index. It follows the log at
 *   some distance. What has been overwritten may still be in it.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE log (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    log_id TEXT NOT NULL,
    oldest_revision INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE changes (
    revision INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    namespace TEXT,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    codec TEXT NOT NULL,
    value_type INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER,
    request_id TEXT,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX changes_by_key ON changes (namespace, key, version) WHERE namespace IS NOT NULL;
  CREATE UNIQUE INDEX changes_by_request ON changes (namespace, key, request_id) WHERE request_id IS NOT NULL;

  CREATE TABLE entries (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (namespace, key)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX entries_by_name ON entries (key);
  CREATE INDEX entries_by_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE tombstones (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (namespace, key)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE namespaces (
    name TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    entries INTEGER NOT NULL
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX namespaces_in_use ON namespaces (name) WHERE entries > 0;

  CREATE TABLE aliases (
    alias TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX aliases_by_target ON aliases (target);
  `,
  // Who wrote a change and why, which changes are one write, and the weight of the log, for its limit in bytes. The
  // table is made anew, as the bytes have to stay the last column.
  `
  CREATE TABLE changes_2 (
    revision INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    namespace TEXT,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    codec TEXT NOT NULL,
    value_type INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER,
    request_id TEXT,
    author TEXT,
    comment TEXT,
    more INTEGER NOT NULL,
    log_bytes INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  INSERT INTO changes_2
    SELECT revision, type, namespace, key, version, codec, value_type, created_at, updated_at, expires_at, request_id,
      NULL, NULL, 0, sum(200 + length(bytes)) OVER (ORDER BY revision), bytes
    FROM changes;
  DROP TABLE changes;
  ALTER TABLE changes_2 RENAME TO changes;
  CREATE INDEX changes_by_key ON changes (namespace, key, version) WHERE namespace IS NOT NULL;
  CREATE INDEX changes_by_request ON changes (namespace, request_id) WHERE request_id IS NOT NULL;

  ALTER TABLE log ADD COLUMN oldest_bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE log SET oldest_bytes =
    coalesce((SELECT log_bytes FROM changes WHERE revision <= oldest_revision ORDER BY revision DESC LIMIT 1), 0);
  `,
  // How far the index for searches reaches (search-table.ts). What is in the file already comes into it little by little.
  `
  ALTER TABLE log ADD COLUMN indexed_from INTEGER;
  ALTER TABLE log ADD COLUMN indexed_to INTEGER;
  UPDATE log SET (indexed_from, indexed_to) = (SELECT max(revision), max(revision) FROM changes);
  UPDATE log SET indexed_from = 0, indexed_to = 0 WHERE indexed_to IS NULL;
  `,
  // Values that are kept sealed.
  `
  ALTER TABLE changes ADD COLUMN dek INTEGER;
  CREATE INDEX changes_by_dek ON changes (dek, revision) WHERE dek IS NOT NULL;

  CREATE TABLE data_keys (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    wrapper TEXT NOT NULL,
    check_value BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    created_revision INTEGER NOT NULL
  ) STRICT;
  `,
  // Who wrote what, for longer than the log. Of what has left it, the file has what is in its keys' histories.
  `
  CREATE TABLE trail (
    revision INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    namespace TEXT,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    codec TEXT NOT NULL,
    value_type INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    author TEXT,
    comment TEXT,
    target BLOB
  ) STRICT;
  INSERT INTO trail
    SELECT revision, type, namespace, key, version, codec, value_type, updated_at, author, comment, NULL
    FROM changes WHERE revision <= (SELECT oldest_revision FROM log);
  `,
  // Checksums; NULL in rows that were written before.
  `
  ALTER TABLE changes ADD COLUMN checksum INTEGER;
  ALTER TABLE aliases ADD COLUMN checksum INTEGER;
  `,
];

/** The schema that this release writes. */
export const schemaVersion: number = steps.length;

/**
 * Brings the schema up to date within the transaction that the caller has begun. `from` is the file's `user_version`.
 */
export function migrate(db: DatabaseSync, from: number): void {
  for (const step of steps.slice(from)) db.exec(step);
  if (from === 0) {
    db.prepare('INSERT INTO log (one, log_id, oldest_revision, indexed_from, indexed_to) VALUES (1, ?, 0, 0, 0)').run(
      randomUUID(),
    );
    db.exec(`PRAGMA application_id = ${applicationId}`);
  }
  db.exec(`PRAGMA user_version = ${schemaVersion}`);
}

/**
 * Gives the log of a backup, which has no name, a new one: it does not go on where the original's did. Within the
 * transaction that the caller has begun.
 */
export function renameRestoredLog(db: DatabaseSync): void {
  db.prepare("UPDATE log SET log_id = ? WHERE log_id = ''").run(randomUUID());
}
