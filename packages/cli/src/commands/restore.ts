import type { RestoreTarget } from '@cfg/core';
import { entryJson, valueText } from '../output/entry-text.js';
import { safeText } from '../output/safe-text.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';

export interface RestoreOptions {
  readonly toVersion?: number | undefined;
  readonly toRevision?: number | undefined;
  readonly dryRun?: true | undefined;
  readonly comment?: string | undefined;
}

export async function restore(session: Session, key: string | undefined, options: RestoreOptions): Promise<undefined> {
  const { output, namespace, signal } = session;
  const { dryRun, comment } = options;
  const target = { key, to: destination(key, options) };
  const store = await session.connect();
  const outcome = await store.restore(namespace, target, { dryRun, comment, signal });
  for (const entry of outcome.entries) {
    await output.record({ ...entryJson(entry), dryRun: outcome.dryRun }, () => {
      const sign = entry.deleted ? output.paint('red', '-') : output.paint('green', '+');
      return `${sign} ${safeText(`${entry.key} ${entry.deleted ? '' : valueText(entry)}`).trimEnd()}`;
    });
  }
  const number = outcome.entries.length;
  output.note(`${number} ${number === 1 ? 'key' : 'keys'} ${dryRun ? 'would be ' : ''}restored`);
}

function destination(key: string | undefined, { toVersion, toRevision }: RestoreOptions): RestoreTarget['to'] {
  if (toRevision !== undefined) return { revision: toRevision };
  if (toVersion === undefined) throw new UsageError('restore needs --to-version or --to-revision');
  if (key === undefined) throw new UsageError('--to-version needs a key');
  return { version: toVersion };
}
