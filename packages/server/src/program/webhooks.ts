import { parseArgs } from 'node:util';
import { isConfigError, safeLogger } from '@cfg/core';
import { type LedgerEntry, sqlLedger } from '@cfg/webhooks';
import { reasonOf } from '../reason.js';
import { chooseDatabase } from '../sql-database.js';
import { readWebhooks } from '../webhooks-file.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

/** `cfg-server webhooks`: how far each target has come, also while servers deliver; and what an operator can do. */
export async function webhooksCommand(args: readonly string[]): Promise<CommandResult> {
  const { state, action, target, skip } = read(args);
  const { connection, close } = await chooseDatabase(state, 'state')(safeLogger());
  try {
    const ledger = sqlLedger(connection);
    await ledger.open();
    if (action === 'list') return listing(await ledger.list());
    const isKnown = action === 'retry' ? await ledger.retry(target, skip) : await ledger.forget(target);
    if (!isKnown) return { text: `there is no target ${target}\n`, code: 1 };
    if (action === 'forget') return { text: `${target} is forgotten; it would begin anew\n`, code: 0 };
    return { text: `${target} is tried again${skip ? ', after what failed' : ''}\n`, code: 0 };
  } finally {
    await close();
  }
}

interface Question {
  readonly state: string;
  readonly action: 'list' | 'retry' | 'forget';
  readonly target: string;
  readonly skip: boolean;
}

function read(args: readonly string[]): Question {
  try {
    const options = { webhooks: { type: 'string' }, skip: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const { webhooks, skip = false } = values;
    const [action = 'list', target = '', ...more] = positionals;
    if (webhooks === undefined) throw new UsageError('webhooks needs --webhooks FILE');
    if (action !== 'list' && action !== 'retry' && action !== 'forget') {
      throw new UsageError(`unexpected argument ${action}; webhooks knows list, retry and forget`);
    }
    if (action !== 'list' && target === '') throw new UsageError(`webhooks ${action} needs the name of a target`);
    if (more.length > 0 || (action === 'list' && target !== '')) {
      throw new UsageError(`unexpected argument ${more[0] ?? target}`);
    }
    if (skip && action !== 'retry') throw new UsageError('--skip goes only with webhooks retry');
    return { state: readWebhooks(webhooks, '--webhooks').state, action, target, skip };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isConfigError(error) || error instanceof TypeError) throw new UsageError(reasonOf(error));
    throw error;
  }
}

function listing(entries: readonly LedgerEntry[]): CommandResult {
  const lines = entries.map(({ target, state, revision, attempts, failingSinceMs, stuckAt, reason }) => {
    if (attempts === 0) return `${target}  delivered up to revision ${revision}\n`;
    const since = new Date(failingSinceMs).toISOString();
    const what = state === 'dead' ? 'dead' : 'failing';
    return `${target}  ${what} since ${since} at revision ${stuckAt}, ${attempts} attempts: ${reason}\n`;
  });
  const isDead = entries.some(({ state }) => state === 'dead');
  return { text: lines.join('') || 'no target has begun yet\n', code: isDead ? 1 : 0 };
}
