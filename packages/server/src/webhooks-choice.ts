import { ConfigError, isConfigError, type Logger, type Store } from '@cfg/core';
import type { DeliveryStatus } from '@cfg/webhooks';
import { reasonOf } from './reason.js';
import { chooseDatabase, type SqlDatabase } from './sql-database.js';
import { readWebhooks } from './webhooks-file.js';

/** Webhooks that are chosen, and not yet opened. */
export interface WebhooksChoice {
  /** Rejects with `unavailable` where the positions cannot be had, and `invalid_argument` for a target that is wrong. */
  open(store: Store, logger: Logger): Promise<OpenWebhooks>;
}

export interface OpenWebhooks {
  status(): readonly DeliveryStatus[];
  close(): Promise<void>;
}

/**
 * The webhooks of `file`. Throws `invalid_argument`.
 *
 * @param name what the user calls the option; errors name it so
 */
export function chooseWebhooks(file: string, name: string): WebhooksChoice {
  const { state, ...options } = readWebhooks(file, name);
  const openDatabase = chooseDatabase(state, `${name}: ${file}: state`);
  return {
    async open(store, logger) {
      let database: SqlDatabase | undefined;
      try {
        const { openWebhooks, sqlLedger } = await import('@cfg/webhooks');
        database = await openDatabase(logger);
        const { connection } = database;
        const webhooks = await openWebhooks(store, { ...options, ledger: sqlLedger(connection), logger });
        return {
          status: () => webhooks.status(),
          async close() {
            await webhooks.close();
            await database?.close();
          },
        };
      } catch (cause) {
        await database?.close();
        const code = isConfigError(cause) ? cause.code : 'unavailable';
        throw new ConfigError(code, `${name}: ${file}: ${reasonOf(cause)}`, { cause });
      }
    },
  };
}
