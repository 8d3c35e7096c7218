import { type CallOptions, ConfigError, checkNamespace, type OwnershipStore } from '@cfg/core';
import { type PostgresConnection, quotedTable, type Sql, type SqliteConnection, sqlOf } from '@cfg/core/store';

export interface SqlOwnershipOptions {
  /** The table's name, perhaps with a schema: letters, digits and `_`. Default `peersync_ownership`. */
  readonly table?: string | undefined;
}

/** A database tells a column's value as text; anything else is not of our making. */
const text = (value: unknown): string => {
  if (typeof value === 'string') return value;
  throw new ConfigError('unavailable', 'ownership records: the table has other columns than expected');
};

/**
 * Who owns which namespace, in a table with the original's columns (`namespace`, the primary key, and `node_id`), so
 * that Go nodes can share it. The connection stays the caller's, who closes it.
 *
 * @example
 * const ownership = new SqlOwnershipStore(new pg.Pool({ connectionString }));
 * await ownership.createTable();
 * await ownership.claim('payments', 'node-a');
 */
export class SqlOwnershipStore implements OwnershipStore {
  readonly #sql: Sql;
  readonly #table: string;

  /** Throws `invalid_argument` for a bad table name, or what is no connection. */
  constructor(
    connection: PostgresConnection | SqliteConnection,
    { table = 'peersync_ownership' }: SqlOwnershipOptions = {},
  ) {
    this.#sql = sqlOf(connection, 'ownership records');
    this.#table = quotedTable(table);
  }

  /** Makes the table if it is not there. */
  async createTable({ signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await this.#sql.run(
      `CREATE TABLE IF NOT EXISTS ${this.#table} (namespace TEXT PRIMARY KEY, node_id TEXT NOT NULL)`,
      [],
    );
  }

  async claim(namespace: string, nodeId: string, { signal }: CallOptions = {}): Promise<void> {
    checkNames(namespace, nodeId);
    signal?.throwIfAborted();
    await this.#sql.run(
      `INSERT INTO ${this.#table} (namespace, node_id) VALUES (?, ?)
       ON CONFLICT (namespace) DO UPDATE SET node_id = excluded.node_id`,
      [namespace, nodeId],
    );
  }

  async unclaim(namespace: string, nodeId: string, { signal }: CallOptions = {}): Promise<boolean> {
    checkNames(namespace, nodeId);
    signal?.throwIfAborted();
    const changed = await this.#sql.run(`DELETE FROM ${this.#table} WHERE namespace = ? AND node_id = ?`, [
      namespace,
      nodeId,
    ]);
    return changed > 0;
  }

  async owners(nodeId?: string, { signal }: CallOptions = {}): Promise<ReadonlyMap<string, string>> {
    signal?.throwIfAborted();
    const select = `SELECT namespace, node_id FROM ${this.#table}`;
    const rows = await (nodeId === undefined
      ? this.#sql.rows(select, [])
      : this.#sql.rows(`${select} WHERE node_id = ?`, [nodeId]));
    return new Map(rows.map((row) => [text(row.namespace), text(row.node_id)]));
  }
}

function checkNames(namespace: string, nodeId: string): void {
  checkNamespace(namespace);
  if (nodeId === '') throw new ConfigError('invalid_argument', 'nodeId must not be empty');
}
