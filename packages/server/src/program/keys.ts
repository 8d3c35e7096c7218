import { parseArgs } from 'node:util';
import { isConfigError, SecretPolicy } from '@cfg/core';
import type { KeyTable } from '@cfg/core/store';
import { checkWrapper, type KeyWrapper, keyStatus, parseWrapper, rewrapKeys, rotateKeys } from '@cfg/secrets';
import { reasonOf } from '../reason.js';
import { patternsOf } from '../secrets-choice.js';
import { openKeyTable } from '../store-choice.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

const actions = ['status', 'rewrap', 'rotate'] as const;

interface Arguments {
  readonly action: (typeof actions)[number];
  readonly store: string;
  readonly secrets: KeyWrapper | undefined;
  readonly to: KeyWrapper | undefined;
  readonly policy: SecretPolicy;
  readonly waitMs: number;
}

/** `cfg-server keys`: the keys that seal a store's secrets. Servers may have the store open meanwhile. */
export async function keys(args: readonly string[]): Promise<CommandResult> {
  const asked = read(args);
  const table = await openKeyTable(asked.store, '--store');
  try {
    return { text: await run(table, asked), code: 0 };
  } finally {
    await table.close();
  }
}

async function run(table: KeyTable, { action, secrets, to, policy, waitMs }: Arguments): Promise<string> {
  if (action === 'status') return statusText(table, secrets);
  const wrapper = given(secrets, `keys ${action} needs --secrets, the key that wraps the data keys now`);
  if (action === 'rewrap') {
    const next = given(to, 'keys rewrap needs --to, the key that is to wrap them');
    const count = await rewrapKeys(table, wrapper, next);
    return `wrapped ${count} data keys by ${next.id}; each was unwrapped again: start servers with it from now on\n`;
  }
  const { active, resealed, destroyed } = await rotateKeys(table, { wrapper, policy, waitMs });
  const gone = destroyed.length === 0 ? '' : `; destroyed: ${destroyed.join(', ')}`;
  return `data key ${active} is active; sealed ${resealed} values with it, and read all of them back${gone}\n`;
}

/** Also fails where the key that is given does not unwrap them. */
async function statusText(table: KeyTable, wrapper: KeyWrapper | undefined): Promise<string> {
  const rows = await keyStatus(table);
  if (rows.length === 0) return 'no data keys: nothing was ever sealed here\n';
  const lines = rows.map(({ id, state, wrapper: by, createdAtMs, values, isDue }) => {
    const made = new Date(createdAtMs).toISOString().slice(0, 10);
    return `${id}\t${state}\t${values} values\tmade ${made}\twrapped by ${by}${isDue ? '\tdue: rotate' : ''}`;
  });
  if (wrapper !== undefined) {
    await checkWrapper(table, wrapper);
    lines.push(`${wrapper.id} unwraps all of them`);
  }
  return `${lines.join('\n')}\n`;
}

function read(args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        store: { type: 'string' },
        secrets: { type: 'string' },
        'secret-keys': { type: 'string' },
        to: { type: 'string' },
        'wait-seconds': { type: 'string' },
      },
    });
    const [name, ...more] = positionals;
    const action = actions.find((each) => each === name);
    if (action === undefined) throw new UsageError(`keys needs one of ${actions.join(', ')}`);
    if (more.length > 0) throw new UsageError(`unexpected argument ${more[0]}`);
    const seconds = Number(values['wait-seconds'] ?? 5);
    if (!(seconds >= 0 && seconds <= 86_400)) throw new UsageError('--wait-seconds must be a number from 0 to 86400');
    return {
      action,
      store: given(values.store, 'keys needs --store sqlite:PATH or postgres://…'),
      secrets: values.secrets === undefined ? undefined : parseWrapper(values.secrets, '--secrets'),
      to: values.to === undefined ? undefined : parseWrapper(values.to, '--to'),
      policy: new SecretPolicy(patternsOf(values['secret-keys'], '--secret-keys')),
      waitMs: seconds * 1_000,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isConfigError(error) || error instanceof TypeError) throw new UsageError(reasonOf(error));
    throw error;
  }
}

function given<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new UsageError(message);
  return value;
}
