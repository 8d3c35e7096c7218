import { ConfigError } from '../contract/errors.js';

export type SqlRow = Readonly<Record<string, unknown>>;
export type SqlValue = string | number | null;

/** A pool or a client of `pg`, or whatever has its `query`. */
export interface PostgresConnection {
  query(
    text: string,
    values: SqlValue[],
  ): Promise<{ readonly rows: readonly SqlRow[]; readonly rowCount: number | null }>;
}

/** A database of `node:sqlite`, or whatever has its `prepare`. */
export interface SqliteConnection {
  prepare(sql: string): {
    all(...values: SqlValue[]): readonly SqlRow[];
    run(...values: SqlValue[]): { readonly changes: number | bigint };
  };
}

/** Either database. Statements have `?` for their values, and none elsewhere. */
export interface Sql {
  readonly dialect: 'postgres' | 'sqlite';
  rows(statement: string, values: SqlValue[]): Promise<readonly SqlRow[]>;
  /** Returns how many rows were changed. */
  run(statement: string, values: SqlValue[]): Promise<number>;
}

/**
 * One way to ask PostgreSQL and SQLite. What a statement fails with is `unavailable`, and begins with `what`. Throws
 * `invalid_argument` for a connection that is neither.
 */
export function sqlOf(connection: PostgresConnection | SqliteConnection, what: string): Sql {
  if (typeof (connection as PostgresConnection)?.query === 'function') {
    return postgres(connection as PostgresConnection, what);
  }
  if (typeof (connection as SqliteConnection)?.prepare === 'function') {
    return sqlite(connection as SqliteConnection, what);
  }
  throw new ConfigError('invalid_argument', 'connection must be a pool of pg or a database of node:sqlite');
}

function postgres(connection: PostgresConnection, what: string): Sql {
  const numbered = (statement: string): string => {
    let number = 0;
    return statement.replaceAll('?', () => `$${++number}`);
  };
  const query = (statement: string, values: SqlValue[]): ReturnType<PostgresConnection['query']> =>
    connection.query(numbered(statement), values);
  return {
    dialect: 'postgres',
    rows: (statement, values) => reachable(what, async () => (await query(statement, values)).rows),
    run: (statement, values) => reachable(what, async () => (await query(statement, values)).rowCount ?? 0),
  };
}

function sqlite(connection: SqliteConnection, what: string): Sql {
  return {
    dialect: 'sqlite',
    rows: (statement, values) => reachable(what, async () => connection.prepare(statement).all(...values)),
    run: (statement, values) =>
      reachable(what, async () => Number(connection.prepare(statement).run(...values).changes)),
  };
}

async function reachable<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ConfigError('unavailable', `${what}: ${(error as Error).message}`, { cause: error });
  }
}

const tablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

/** A table's name, perhaps with a schema, quoted. Throws `invalid_argument` for anything but letters, digits and `_`. */
export function quotedTable(name: string): string {
  if (!tablePattern.test(name)) {
    throw new ConfigError('invalid_argument', `table: ${JSON.stringify(name)} is not a name of letters, digits and _`);
  }
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}
