import { parseArgs } from 'node:util';
import { ConfigError, isConfigError } from '@cfg/core';
import { backupSqlite, checkSqlite } from '@cfg/sqlite';
import { reasonOf } from '../reason.js';
import { sqlitePath } from '../store-choice.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

/** `cfg-server backup`: copies a SQLite store to a new file, also while servers have it open. */
export async function backup(args: readonly string[]): Promise<CommandResult> {
  const { from, to } = read(args);
  await backupSqlite(from, to);
  try {
    checkSqlite(to);
  } catch (error) {
    // It may still be worth more than nothing.
    throw isConfigError(error)
      ? new ConfigError(error.code, `the backup is as damaged as the store: ${error.message}`)
      : error;
  }
  return { text: `backed up ${from} to ${to}\n`, code: 0 };
}

function read(args: readonly string[]): { readonly from: string; readonly to: string } {
  try {
    const options = { store: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [to, ...more] = positionals;
    if (!to) throw new UsageError('backup needs a file, as in cfg-server backup copy.db --store sqlite:config.db');
    if (more.length > 0) throw new UsageError(`unexpected argument ${more[0]}`);
    const from = sqlitePath(values.store ?? '', '--store');
    if (from === undefined) throw new UsageError('backup needs --store sqlite:PATH, the file to copy');
    return { from, to };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isConfigError(error) || error instanceof TypeError) throw new UsageError(reasonOf(error));
    throw error;
  }
}
