import { parseArgs } from 'node:util';
import { isConfigError } from '@cfg/core';
import { checkSqlite } from '@cfg/sqlite';
import { reasonOf } from '../reason.js';
import { sqlitePath } from '../store-choice.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

/** `cfg-server check`: reads a whole SQLite store, and says whether it is sound; also while servers have it open. */
export async function check(args: readonly string[]): Promise<CommandResult> {
  const path = read(args);
  checkSqlite(path);
  return { text: `${path} is sound\n`, code: 0 };
}

function read(args: readonly string[]): string {
  try {
    const { values } = parseArgs({ args: [...args], options: { store: { type: 'string' } } });
    const path = sqlitePath(values.store ?? '', '--store');
    if (path === undefined) throw new UsageError('check needs --store sqlite:PATH, the file to read');
    return path;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isConfigError(error) || error instanceof TypeError) throw new UsageError(reasonOf(error));
    throw error;
  }
}
