import { parseArgs } from 'node:util';
import { isConfigError } from '@cfg/core';
import { restoreSqlite } from '@cfg/sqlite';
import { reasonOf } from '../reason.js';
import { sqlitePath } from '../store-choice.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

/** `cfg-server restore`: puts a backup in the place of a SQLite store that nobody has open. */
export async function restore(args: readonly string[]): Promise<CommandResult> {
  const { from, to, replace } = read(args);
  const kept = await restoreSqlite(from, to, { replace });
  const rest = kept === undefined ? '' : `; what was there is now ${kept}`;
  return { text: `restored ${from} to ${to}${rest}\n`, code: 0 };
}

function read(args: readonly string[]): { readonly from: string; readonly to: string; readonly replace: boolean } {
  try {
    const options = { store: { type: 'string' }, replace: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [from, ...more] = positionals;
    if (!from) throw new UsageError('restore needs a file, as in cfg-server restore copy.db --store sqlite:config.db');
    if (more.length > 0) throw new UsageError(`unexpected argument ${more[0]}`);
    const to = sqlitePath(values.store ?? '', '--store');
    if (to === undefined) throw new UsageError('restore needs --store sqlite:PATH, the file to write');
    return { from, to, replace: values.replace ?? false };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isConfigError(error) || error instanceof TypeError) throw new UsageError(reasonOf(error));
    throw error;
  }
}
