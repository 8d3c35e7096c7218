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
 *   keys' history. The bytes come last: who reads past them would read all of them.
 * - `entries` and `tombstones` point to the last change of every key, those that exist and those that are deleted, so
 *   that a page of the ones never walks over the others.
 * - `namespaces` counts along, so that nothing ever has to be counted.
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
];

/** The schema that this release writes. */
export const schemaVersion: number = steps.length;

/**
 * Brings the schema up to date within the transaction that the caller has begun. `from` is the file's `user_version`.
 */
export function migrate(db: DatabaseSync, from: number): void {
  for (const step of steps.slice(from)) db.exec(step);
  if (from === 0) {
    db.prepare('INSERT INTO log (one, log_id, oldest_revision) VALUES (1, ?, 0)').run(randomUUID());
    db.exec(`PRAGMA application_id = ${applicationId}`);
  }
  db.exec(`PRAGMA user_version = ${schemaVersion}`);
}
