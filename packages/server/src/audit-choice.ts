import { DatabaseSync } from 'node:sqlite';
import { ConfigError, type Logger } from '@cfg/core';
import { type Auditor, type AuditStage, audit, logAuditor, sqlAuditor } from '@cfg/service';
import { Pool } from 'pg';
import { reasonOf } from './reason.js';

/** An audit that is chosen, and not yet opened. */
export interface AuditChoice {
  /** Rejects with `unavailable` where the table cannot be had. */
  open(logger: Logger): Promise<OpenAudit>;
}

/** An audit that is ready. */
export interface OpenAudit {
  readonly stage: AuditStage;
  /** Waits for what is still to be recorded, then closes the table. */
  close(): Promise<void>;
}

interface Opened {
  readonly auditor: Auditor;
  close(): void | Promise<void>;
}

/**
 * The audit that `choice` names: `log`, `sqlite:PATH` or `postgres://…`. Throws `invalid_argument`.
 *
 * @param name what the user calls the option; errors name it so
 */
export function chooseAudit(choice: string | undefined, refusals: boolean, name: string): AuditChoice | undefined {
  if (choice === undefined) return undefined;
  const opening = openingOf(choice, name);
  return {
    async open(logger) {
      try {
        const { auditor, close } = await opening(logger);
        const stage = audit(auditor, { refusals, logger });
        return { stage, close: () => stage.flush().then(close) };
      } catch (cause) {
        throw new ConfigError('unavailable', `${name}: ${reasonOf(cause)}`, { cause });
      }
    },
  };
}

function openingOf(choice: string, name: string): (logger: Logger) => Opened | Promise<Opened> {
  if (choice === 'log') return (logger) => ({ auditor: logAuditor(logger), close: () => {} });
  if (/^sqlite:./.test(choice)) return () => openSqlite(choice.slice('sqlite:'.length));
  if (/^postgres(ql)?:\/\//.test(choice) && URL.canParse(choice)) return (logger) => openPostgres(choice, logger);
  // The address of a database holds a password: it is not repeated.
  throw new ConfigError(
    'invalid_argument',
    `${name} must be log, sqlite:PATH or postgres://user:password@host/database`,
  );
}

async function openSqlite(path: string): Promise<Opened> {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000');
  const auditor = sqlAuditor(database);
  await auditor.createTable();
  return { auditor, close: () => database.close() };
}

async function openPostgres(address: string, logger: Logger): Promise<Opened> {
  const pool = new Pool({ connectionString: address, max: 2, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  // A connection that breaks while nobody uses it; the next call opens another.
  pool.on('error', (err) => logger.warn({ err }, 'a connection to the audit database is lost'));
  const auditor = sqlAuditor(pool);
  try {
    await auditor.createTable();
  } catch (error) {
    await pool.end();
    throw error;
  }
  return { auditor, close: () => pool.end() };
}
