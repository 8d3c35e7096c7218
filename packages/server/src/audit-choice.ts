import { ConfigError, type Logger } from '@cfg/core';
import { wholeNumber } from '@cfg/core/store';
import {
  type Auditor,
  type AuditStage,
  type AuditTrail,
  audit,
  logAuditor,
  type SqlAuditor,
  sqlAuditor,
} from '@cfg/service';
import { reasonOf } from './reason.js';
import { chooseDatabase } from './sql-database.js';

/** An audit that is chosen, and not yet opened. */
export interface AuditChoice {
  /** Rejects with `unavailable` where the table cannot be had. */
  open(logger: Logger): Promise<OpenAudit>;
}

/** An audit that is ready. */
export interface OpenAudit {
  readonly stage: AuditStage;
  /** The table that ListAudit reads, where there is one. */
  readonly trail: AuditTrail | undefined;
  /** Waits for what is still to be recorded, then closes the table. */
  close(): Promise<void>;
}

/** The parts of the audit trail, and where they are recorded. */
export interface AuditSettings {
  /**
   * Where it is recorded who wrote what: `log`, `sqlite:PATH` or `postgres://…`. Default: only in the store's own log,
   * which `GET /v1/audit` reads.
   */
  readonly audit?: string | undefined;
  /** Whether {@link audit} records refused calls too. Default false. */
  readonly auditRefusals?: boolean | undefined;
  /** Whether {@link audit} records a user's first call from an address too. Default false. */
  readonly auditSignIns?: boolean | undefined;
  /** Whether {@link audit} records restores as such too. Default false. */
  readonly auditRestores?: boolean | undefined;
  /** How many days a table of {@link audit} keeps its events. Default 0: for ever. */
  readonly auditDays?: number | undefined;
}

interface Opened {
  readonly auditor: Auditor;
  readonly table?: SqlAuditor | undefined;
  close(): void | Promise<void>;
}

/**
 * The audit that the options choose. Throws `invalid_argument`, naming the option.
 *
 * @param nameOf what the user calls an option
 */
export function chooseAudit(
  options: AuditSettings,
  nameOf: (option: keyof AuditSettings) => string,
): AuditChoice | undefined {
  const { audit: choice, auditRefusals: refusals, auditSignIns: signIns, auditRestores: restores } = options;
  const name = nameOf('audit');
  const keepDays = wholeNumber(nameOf('auditDays'), options.auditDays ?? 0, 0, 100_000);
  if (choice === undefined) {
    const needless = (['auditRefusals', 'auditSignIns', 'auditRestores', 'auditDays'] as const).find(
      (each) => options[each],
    );
    if (needless === undefined) return undefined;
    throw new ConfigError('invalid_argument', `${nameOf(needless)} needs ${name} as well`);
  }
  const opening = openingOf(choice, name);
  return {
    async open(logger) {
      try {
        const { auditor, table, close } = await opening(logger);
        const stage = audit(auditor, { refusals, signIns, restores, logger });
        const stop = table && keepDays > 0 ? pruning(table, keepDays, logger) : () => {};
        const closed = async (): Promise<void> => {
          stop();
          await stage.flush();
          await close();
        };
        return { stage, trail: table, close: closed };
      } catch (cause) {
        throw new ConfigError('unavailable', `${name}: ${reasonOf(cause)}`, { cause });
      }
    },
  };
}

function openingOf(choice: string, name: string): (logger: Logger) => Opened | Promise<Opened> {
  if (choice === 'log') return (logger) => ({ auditor: logAuditor(logger), close: () => {} });
  const open = chooseDatabase(choice, name, 'log, ');
  return async (logger) => {
    const { connection, close } = await open(logger);
    const auditor = sqlAuditor(connection);
    try {
      await auditor.createTable();
    } catch (error) {
      await close();
      throw error;
    }
    return { auditor, table: auditor, close };
  };
}

const hourMs = 3_600_000;

/** Deletes what is too old, now and every hour. Returns what ends that. */
function pruning(table: SqlAuditor, keepDays: number, logger: Logger): () => void {
  const prune = (): void => {
    table.prune(Date.now() - keepDays * 24 * hourMs).then(
      (events) => events > 0 && logger.info({ events, keepDays }, 'old audit events are deleted'),
      (err) => logger.error({ err }, 'old audit events cannot be deleted'),
    );
  };
  prune();
  const timer = setInterval(prune, hourMs).unref();
  return () => clearInterval(timer);
}
