import {
  type PostgresConnection,
  quotedTable,
  type Sql,
  type SqliteConnection,
  type SqlRow,
  sqlOf,
} from '@cfg/core/store';
import type { LedgerEntry, LedgerNote, WebhookLedger } from './ledger.js';

export interface SqlLedgerOptions {
  /** The table's name, perhaps with a schema: letters, digits and `_`. Default `config_webhooks`. */
  readonly table?: string | undefined;
}

/** The time of the database, in milliseconds, so that servers whose clocks differ agree about leases. */
const now: Readonly<Record<Sql['dialect'], string>> = {
  postgres: 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)',
  sqlite: "CAST(unixepoch('subsec') * 1000 AS integer)",
};

/**
 * Positions in a table of PostgreSQL or SQLite. The connection stays yours to close. Throws `invalid_argument` for a bad
 * table name, or what is no connection.
 *
 * @example
 * const ledger = sqlLedger(new DatabaseSync('webhooks.db'));
 */
export function sqlLedger(
  connection: PostgresConnection | SqliteConnection,
  { table = 'config_webhooks' }: SqlLedgerOptions = {},
): WebhookLedger {
  return new SqlLedger(sqlOf(connection, 'webhook positions'), quotedTable(table));
}

class SqlLedger implements WebhookLedger {
  readonly #sql: Sql;
  readonly #table: string;
  readonly #now: string;

  constructor(sql: Sql, table: string) {
    this.#sql = sql;
    this.#table = table;
    this.#now = now[sql.dialect];
  }

  async open(): Promise<void> {
    await this.#sql.run(
      `CREATE TABLE IF NOT EXISTS ${this.#table} (
         target TEXT PRIMARY KEY, log_id TEXT NOT NULL, revision BIGINT NOT NULL, state TEXT NOT NULL,
         attempts BIGINT NOT NULL, failing_since BIGINT NOT NULL, stuck_at BIGINT NOT NULL, reason TEXT NOT NULL,
         owner TEXT NOT NULL, lease_until BIGINT NOT NULL)`,
      [],
    );
  }

  async claim(
    target: string,
    owner: string,
    leaseMs: number,
    { revision, logId }: Pick<LedgerEntry, 'revision' | 'logId'>,
  ): Promise<LedgerEntry | undefined> {
    await this.#sql.run(
      `INSERT INTO ${this.#table}
         (target, log_id, revision, state, attempts, failing_since, stuck_at, reason, owner, lease_until)
       VALUES (?, ?, ?, 'active', 0, 0, 0, '', '', 0) ON CONFLICT (target) DO NOTHING`,
      [target, logId, revision],
    );
    const rows = await this.#sql.rows(
      `UPDATE ${this.#table} SET owner = ?, lease_until = ${this.#now} + CAST(? AS bigint)
       WHERE target = ? AND (owner = ? OR lease_until < ${this.#now}) RETURNING *`,
      [owner, leaseMs, target, owner],
    );
    return rows[0] && entryOf(rows[0]);
  }

  async note(target: string, owner: string, note: LedgerNote): Promise<boolean> {
    const { logId, revision, state, attempts, failingSinceMs, stuckAt, reason } = note;
    const changed = await this.#sql.run(
      `UPDATE ${this.#table} SET log_id = ?, revision = ?, state = ?, attempts = ?, failing_since = ?, stuck_at = ?,
         reason = ? WHERE target = ? AND owner = ?`,
      [logId, revision, state, attempts, failingSinceMs, stuckAt, reason, target, owner],
    );
    return changed > 0;
  }

  async release(target: string, owner: string): Promise<void> {
    await this.#sql.run(`UPDATE ${this.#table} SET owner = '', lease_until = 0 WHERE target = ? AND owner = ?`, [
      target,
      owner,
    ]);
  }

  async list(): Promise<readonly LedgerEntry[]> {
    return (await this.#sql.rows(`SELECT * FROM ${this.#table} ORDER BY target`, [])).map(entryOf);
  }

  async retry(target: string, skip: boolean): Promise<boolean> {
    const position = skip ? 'CASE WHEN stuck_at > revision THEN stuck_at ELSE revision END' : 'revision';
    const changed = await this.#sql.run(
      `UPDATE ${this.#table} SET revision = ${position}, state = 'active', attempts = 0, failing_since = 0, stuck_at = 0,
         reason = '' WHERE target = ?`,
      [target],
    );
    return changed > 0;
  }

  async forget(target: string): Promise<boolean> {
    return (await this.#sql.run(`DELETE FROM ${this.#table} WHERE target = ?`, [target])) > 0;
  }
}

function entryOf(row: SqlRow): LedgerEntry {
  return {
    target: String(row.target),
    logId: String(row.log_id),
    revision: Number(row.revision),
    state: row.state === 'dead' ? 'dead' : 'active',
    attempts: Number(row.attempts),
    failingSinceMs: Number(row.failing_since),
    stuckAt: Number(row.stuck_at),
    reason: String(row.reason),
  };
}
