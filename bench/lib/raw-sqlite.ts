import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SqliteStore } from '@cfg/sqlite';

/**
 * Raw node:sqlite, on the thread of its caller, running the statements that the store runs for the same writes: on a file
 * that the store has made (the same tables and indexes), WAL and synchronous=FULL, one transaction for each call.
 */
export class RawSqlite {
  readonly #db: DatabaseSync;
  readonly #before: readonly StatementSync[];
  readonly #last: StatementSync;
  readonly #insert: StatementSync;
  readonly #put: StatementSync;
  readonly #touch: StatementSync;
  readonly #window: StatementSync;
  readonly #versions = new Map<string, number>();
  #revision = 0;

  static async open(path: string): Promise<RawSqlite> {
    const maker = new SqliteStore(path);
    await maker.connect();
    await maker.close();
    return new RawSqlite(new DatabaseSync(path));
  }

  private constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec('PRAGMA synchronous = FULL');
    this.#before = [
      'SELECT log_id, oldest_revision, (SELECT max(revision) FROM changes) AS revision FROM log',
      "SELECT id FROM data_keys WHERE state = 'active'",
      'SELECT log_bytes FROM changes ORDER BY revision DESC LIMIT 1',
      'SELECT min(expires_at) AS next FROM entries WHERE expires_at IS NOT NULL',
    ].map((sql) => db.prepare(sql));
    this.#last = db.prepare(`
      SELECT changes.revision, changes.type, changes.namespace, changes.key, changes.version, changes.codec,
        changes.value_type, changes.created_at, changes.updated_at, changes.expires_at, changes.author, changes.comment,
        length(changes.bytes) AS size, changes.dek
      FROM entries JOIN changes USING (revision) WHERE entries.namespace = ? AND entries.key = ?`);
    this.#insert = db.prepare(`
      INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, x''), ?, ?)`);
    this.#put = db.prepare(`
      INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
      SET revision = excluded.revision, version = excluded.version, expires_at = excluded.expires_at`);
    this.#touch = db.prepare(`
      INSERT INTO namespaces VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET revision = excluded.revision`);
    this.#window = db.prepare('SELECT oldest_revision, oldest_bytes FROM log');
  }

  /** Sets the keys in one transaction. */
  set(namespace: string, keys: readonly string[], bytes: Uint8Array): void {
    this.#db.exec('BEGIN IMMEDIATE');
    for (const statement of this.#before) statement.get();
    for (const key of keys) this.#set(namespace, key, bytes);
    this.#touch.run(namespace, this.#revision);
    this.#window.get();
    this.#db.exec('COMMIT');
  }

  #set(namespace: string, key: string, bytes: Uint8Array): void {
    this.#last.get(namespace, key);
    const version = (this.#versions.get(key) ?? 0) + 1;
    this.#versions.set(key, version);
    this.#revision += 1;
    const [revision, now] = [this.#revision, Date.now()];
    const logBytes = 300 * revision;
    const nothing = null;
    this.#insert.run(
      ...[
        revision,
        'set',
        namespace,
        key,
        version,
        'raw',
        11,
        now,
        now,
        nothing,
        nothing,
        nothing,
        nothing,
        0,
        logBytes,
      ],
      ...[bytes, nothing, 1],
    );
    this.#put.run(namespace, key, revision, version, nothing);
  }

  close(): void {
    this.#db.close();
  }
}
