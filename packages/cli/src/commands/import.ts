import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type BatchOperation, maxBatchOperations } from '@cfg/core';
import { safeText } from '../output/safe-text.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';
import { type Imported, type ImportFormat, importFormats, readImport } from '../transfer/formats.js';
import { refusal } from '../transfer/names.js';

export interface ImportOptions {
  readonly format?: ImportFormat | undefined;
  readonly map?: true | undefined;
  readonly dryRun?: true | undefined;
  readonly comment?: string | undefined;
}

/** Sets what a file has, in batches. All of it is read and checked before the first write. */
export async function importKeys(session: Session, file: string, options: ImportOptions): Promise<undefined> {
  const { output, namespace, signal } = session;
  const format = options.format ?? formatOf(file);
  const imported = named(session, readImport(format, await contentOf(file)), options.map === true);
  const store = await session.connect();
  for (let start = 0; start < imported.length; start += maxBatchOperations) {
    const operations = imported
      .slice(start, start + maxBatchOperations)
      .map(({ key, value }): BatchOperation => ({ type: 'set', key, value }));
    const { comment, dryRun } = options;
    await store.batch(namespace, operations, { comment, dryRun, signal });
  }
  const number = imported.length;
  await output.record({ namespace, imported: number, dryRun: options.dryRun === true }, () => {
    return `${number} ${number === 1 ? 'key' : 'keys'} ${options.dryRun ? 'would be ' : ''}imported into ${namespace}`;
  });
}

/** The keys with the names that they get. Lists those that cannot be keys, and throws if there are any without `--map`. */
function named({ output }: Session, imported: readonly Imported[], map: boolean): readonly Imported[] {
  const refused = imported.flatMap(({ key }) => refusal(key) ?? []);
  for (const { key, reason, mapped } of refused) {
    output.note(map && mapped !== undefined ? `${key} → ${mapped}` : `${reason}; --map: ${mapped ?? 'cannot map it'}`);
  }
  const lost = refused.filter(({ mapped }) => !map || mapped === undefined);
  if (lost.length > 0)
    throw new UsageError(`${lost.length} of ${imported.length} names cannot be keys; nothing is imported`);
  const names = new Map(refused.map(({ key, mapped }) => [key, mapped]));
  const seen = new Map<string, string>();
  return imported.map(({ key, value }) => {
    const name = names.get(key) ?? key;
    const other = seen.get(name);
    if (other !== undefined) throw new UsageError(`${safeText(other)} and ${safeText(key)} would both be ${name}`);
    seen.set(name, key);
    return { key: name, value };
  });
}

function formatOf(file: string): ImportFormat {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.replace('yml', 'yaml');
  const format = importFormats.find((each) => each === ending);
  if (format === undefined) throw new UsageError(`of which format is ${file}? Say --format`);
  return format;
}

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
