import { ConfigError } from '@cfg/core';

type Row = Readonly<Record<string, unknown>>;

/** A pool or a client of `pg`, or whatever has its `query`. */
export interface PostgresConnection {
  query(text: string, values: string[]): Promise<{ readonly rows: readonly Row[]; readonly rowCount: number | null }>;
}

/** A database of `node:sqlite`, or whatever has its `prepare`. */
export interface SqliteConnection {
  prepare(sql: string): {
    all(...values: string[]): readonly Row[];
    run(...values: string[]): { readonly changes: number | bigint };
  };
}

/** What the store needs of a database. Statements have `?` for their values. */
export interface Sql {
  rows(statement: string, values: string[]): Promise<readonly Row[]>;
  /** Returns how many rows were changed. */
  run(statement: string, values: string[]): Promise<number>;
}

/** Throws `invalid_argument` for what is neither. */
export function sqlOf(connection: PostgresConnection | SqliteConnection): Sql {
  if (typeof (connection as PostgresConnection)?.query === 'function')
    return postgres(connection as PostgresConnection);
  if (typeof (connection as SqliteConnection)?.prepare === 'function') return sqlite(connection as SqliteConnection);
  throw new ConfigError('invalid_argument', 'connection must be a pool of pg or a database of node:sqlite');
}

function postgres(connection: PostgresConnection): Sql {
  const numbered = (statement: string): string => {
    let number = 0;
    return statement.replaceAll('?', () => `$${++number}`);
  };
  const query = (statement: string, values: string[]): ReturnType<PostgresConnection['query']> =>
    connection.query(numbered(statement), values);
  return {
    rows: (statement, values) => reachable(async () => (await query(statement, values)).rows),
    run: (statement, values) => reachable(async () => (await query(statement, values)).rowCount ?? 0),
  };
}

function sqlite(connection: SqliteConnection): Sql {
  return {
    rows: (statement, values) => reachable(async () => connection.prepare(statement).all(...values)),
    run: (statement, values) => reachable(async () => Number(connection.prepare(statement).run(...values).changes)),
  };
}

async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ConfigError('unavailable', `ownership records: ${(error as Error).message}`, { cause: error });
  }
}
