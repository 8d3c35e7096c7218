import type { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '@cfg/core';
import { type PostgresConnection, type SqliteConnection, sqlOf } from '@cfg/core/store';
import type { AuditEvent, Auditor } from './auditor.js';
import { SqlTrail } from './sql-trail.js';
import type { AuditTrail } from './trail.js';

/** The part of `pg` that is needed: its `Pool` and its `Client` have it. */
export interface PostgresLike {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

export interface SqlAuditorOptions {
  /** Letters, digits and underscores, perhaps with a schema: `audit.config_audit_log`. Default `config_audit_log`. */
  readonly table?: string | undefined;
}

/** Writes events as rows of a table, with the columns of the Go original, and reads them. */
export interface SqlAuditor extends Auditor, AuditTrail {
  /** Makes the table and its indexes, if they are not there. */
  createTable(): Promise<void>;
  /** Deletes the events from before that time, in milliseconds since the epoch. Returns how many they were. */
  prune(beforeMs: number): Promise<number>;
}

const columns = ['ts', 'user_id', 'operation', 'namespace', 'key', 'value', 'codec', 'metadata'] as const;

/** Rows of one statement: PostgreSQL takes 65,535 parameters. */
const maxRows = 1_000;

/**
 * An auditor on PostgreSQL, by `pg`, or on SQLite, by `node:sqlite`. The database stays yours to close. Throws
 * `invalid_argument` for a table's name that is none.
 *
 * @example
 * const auditor = sqlAuditor(new DatabaseSync('audit.db'));
 * await auditor.createTable();
 */
export function sqlAuditor(database: PostgresLike | DatabaseSync, options: SqlAuditorOptions = {}): SqlAuditor {
  const { table = 'config_audit_log' } = options;
  if (!/^[a-z_]\w*(\.[a-z_]\w*)?$/i.test(table) || table.length > 100) {
    throw new ConfigError('invalid_argument', `table: ${JSON.stringify(table)} is not a table's name`);
  }
  const trail = new SqlTrail(sqlOf(database as PostgresConnection | SqliteConnection, 'the audit trail'), table);
  return {
    ...(isPostgres(database) ? postgresAuditor(database, table) : sqliteAuditor(database, table)),
    list: (query) => trail.list(query),
    prune: (beforeMs) => trail.prune(beforeMs),
  };
}

const isPostgres = (database: PostgresLike | DatabaseSync): database is PostgresLike => 'query' in database;

type Writer = Pick<SqlAuditor, 'createTable' | 'record'>;

function postgresAuditor(database: PostgresLike, table: string): Writer {
  return {
    async createTable() {
      await database.query(`
        CREATE TABLE IF NOT EXISTS ${table} (
          id bigserial PRIMARY KEY, ts timestamptz NOT NULL, user_id text NOT NULL, operation text NOT NULL,
          namespace text NOT NULL, key text NOT NULL, value text, codec text, metadata text)`);
      await database.query(`CREATE INDEX IF NOT EXISTS ${indexOf(table)} ON ${table} (namespace, key, ts)`);
    },
    async record(events) {
      for (let from = 0; from < events.length; from += maxRows) {
        const rows = events.slice(from, from + maxRows);
        const places = rows.map((_, at) => `(${columns.map((_, i) => `$${at * columns.length + i + 1}`).join(', ')})`);
        const values = rows.flatMap((event) => rowOf(event).map(withoutNul));
        await database.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${places.join(', ')}`, values);
      }
    },
  };
}

function sqliteAuditor(database: DatabaseSync, table: string): Writer {
  const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  let insert: ReturnType<DatabaseSync['prepare']> | undefined;
  return {
    async createTable() {
      database.exec(`
        CREATE TABLE IF NOT EXISTS ${table} (
          id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT NOT NULL, user_id TEXT NOT NULL, operation TEXT NOT NULL,
          namespace TEXT NOT NULL, key TEXT NOT NULL, value TEXT, codec TEXT, metadata TEXT);
        CREATE INDEX IF NOT EXISTS ${indexOf(table)} ON ${table} (namespace, key, ts)`);
    },
    record(events) {
      insert ??= database.prepare(text);
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const event of events) insert.run(...rowOf(event));
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

/** The index's name, in the schema of its table. */
const indexOf = (table: string): string => `${table.replace('.', '_')}_by_key`;

function rowOf({ timeMs, userId, operation, namespace, key, value, codec, metadata }: AuditEvent): (string | null)[] {
  const encoded = value === undefined ? null : Buffer.from(value).toString('base64');
  const time = new Date(timeMs).toISOString();
  return [time, userId, operation, namespace, key, encoded, codec === '' ? null : codec, JSON.stringify(metadata)];
}

/** PostgreSQL has no character U+0000 in texts. */
const withoutNul = (text: string | null): string | null => text?.replaceAll('\0', '\uFFFD') ?? null;
