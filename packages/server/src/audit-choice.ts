import { ConfigError, type Logger } from '@cfg/core';
import { type Auditor, type AuditStage, audit, logAuditor, sqlAuditor } from '@cfg/service';
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
  const open = chooseDatabase(choice, name, 'log, ');
  return async (logger) => {
    const { connection, close } = open(logger);
    const auditor = sqlAuditor(connection);
    try {
      await auditor.createTable();
    } catch (error) {
      await close();
      throw error;
    }
    return { auditor, close };
  };
}
