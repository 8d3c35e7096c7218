import { parseArgs } from 'node:util';
import { isConfigError, type Store, silentLogger } from '@cfg/core';
import { copyStore } from '../copy/copy-store.js';
import { type NamedStore, namedStore } from '../copy/named-store.js';
import { reasonOf } from '../reason.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

/** How often the progress is told, in milliseconds. */
const progressMs = 1_000;

/** `cfg-server copy`: copies a whole store to another, with everything that it keeps. */
export async function copy(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<CommandResult> {
  const { from: source, to: target } = read(args);
  const from = await opened({ ...source, token: env.CFG_TOKEN || undefined });
  try {
    const to = await opened(target);
    try {
      const { keys, versions, aliases, digest } = await copyStore(from, to, { onProgress: progress() });
      const counts = `${keys} keys with ${versions} versions, ${aliases} aliases`;
      return { text: `copied ${counts}; both have the digest sha256:${digest}\n`, code: 0 };
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function opened(named: NamedStore): Promise<Store> {
  let store: Store;
  try {
    store = await namedStore(named, silentLogger);
  } catch (error) {
    throw isConfigError(error, 'invalid_argument') ? new UsageError(error.message) : error;
  }
  await store.connect?.();
  return store;
}

/** Tells on stderr now and then how far it is. */
function progress(): (step: string, keys: number, versions: number) => void {
  let toldMs = performance.now();
  return (step, keys, versions) => {
    if (performance.now() - toldMs < progressMs) return;
    toldMs = performance.now();
    process.stderr.write(`${step}: ${keys} keys, ${versions} versions\n`);
  };
}

function read(args: readonly string[]): { readonly from: NamedStore; readonly to: NamedStore } {
  try {
    const options = {
      from: { type: 'string' },
      to: { type: 'string' },
      'from-secrets': { type: 'string' },
      'to-secrets': { type: 'string' },
      'plain-secrets': { type: 'boolean' },
    } as const;
    const { values } = parseArgs({ args: [...args], options });
    const { from = '', to = '', 'from-secrets': fromSecrets, 'to-secrets': toSecrets } = values;
    if (from === '' || to === '') {
      throw new UsageError('copy needs two stores, as in cfg-server copy --from sqlite:config.db --to postgres://…');
    }
    if (from === to) throw new UsageError('copy: --from and --to are the same store');
    if (/^grpcs?:/.test(to)) {
      throw new UsageError(
        'copy: a running server takes over no versions and times; name its store, and stop it for the copy',
      );
    }
    if (fromSecrets !== undefined && toSecrets === undefined && values['plain-secrets'] !== true) {
      throw new UsageError(
        'copy: secrets would be kept in plain; seal them with --to-secrets KEY, or say --plain-secrets',
      );
    }
    return {
      from: { choice: from, name: '--from', secrets: fromSecrets },
      to: { choice: to, name: '--to', secrets: toSecrets },
    };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(reasonOf(error)) : error;
  }
}
