import { DatabaseSync } from 'node:sqlite';
import { ConfigError, type Logger } from '@cfg/core';
import type { Pool } from 'pg';

/** A database for what is kept beside the store. */
export interface SqlDatabase {
  readonly connection: Pool | DatabaseSync;
  close(): void | Promise<void>;
}

/** A database that is chosen, and not yet opened. */
export type DatabaseChoice = (logger: Logger) => Promise<SqlDatabase>;

/**
 * The database that `choice` names: `sqlite:PATH` or `postgres://…`. Throws `invalid_argument`.
 *
 * @param name what the user calls the option; errors name it so
 * @param others what else may be chosen, as in `log, `
 */
export function chooseDatabase(choice: string, name: string, others = ''): DatabaseChoice {
  if (/^sqlite:./.test(choice)) return async () => openSqlite(choice.slice('sqlite:'.length));
  if (/^postgres(ql)?:\/\//.test(choice) && URL.canParse(choice)) return (logger) => openPostgres(choice, logger);
  // The address of a database holds a password: it is not repeated.
  throw new ConfigError(
    'invalid_argument',
    `${name} must be ${others}sqlite:PATH or postgres://user:password@host/database`,
  );
}

function openSqlite(path: string): SqlDatabase {
  const connection = new DatabaseSync(path);
  // The data beside the store may lose its last moments when the power fails, and so needs no wait for the disk.
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  return { connection, close: () => connection.close() };
}

async function openPostgres(connectionString: string, logger: Logger): Promise<SqlDatabase> {
  const { Pool } = await import('pg');
  const connection = new Pool({ connectionString, max: 2, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  // A connection that breaks while nobody uses it; the next call opens another.
  connection.on('error', (err) => logger.warn({ err }, 'a connection to a database beside the store is lost'));
  return { connection, close: () => connection.end() };
}
