import { type BatchOperation, maxBatchOperations } from '@cfg/core';
import { safeText } from '../output/safe-text.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';
import { formatOfName, type ImportFormat } from '../transfer/import-format.js';
import type { Imported } from '../transfer/imported.js';
import { refusal } from '../transfer/names.js';
import { readSource } from '../transfer/source.js';

export interface ImportOptions {
  readonly format?: ImportFormat | undefined;
  /** How a profile of Spring's names its namespace: `{namespace}` and `{profile}` stand for theirs. */
  readonly namespaceTemplate?: string | undefined;
  readonly map?: true | undefined;
  readonly dryRun?: true | undefined;
  readonly comment?: string | undefined;
}

type ByNamespace = ReadonlyMap<string, readonly Imported[]>;

/** Sets what a file has, in batches. All of it is read and checked before the first write. */
export async function importKeys(session: Session, path: string, options: ImportOptions): Promise<undefined> {
  const { output, namespace } = session;
  const format = options.format ?? formatOfName(path);
  if (format === undefined) throw new UsageError(`of which format is ${path}? Say --format`);
  const imported = await readSource({
    path,
    format,
    namespaceOf: namespaceRule(namespace, format, options.namespaceTemplate),
    leftOut: (names) => output.note(`left out: ${names.join(', ')}`),
  });
  const named = nameAll(session, byNamespace(imported, namespace), options.map === true);
  await write(session, named, options);
  const { dryRun = false } = options;
  for (const [target, { length: number }] of named) {
    await output.record({ namespace: target, imported: number, dryRun }, () => {
      return `${number} ${number === 1 ? 'key' : 'keys'} ${dryRun ? 'would be ' : ''}imported into ${target}`;
    });
  }
}

/** The namespace of a profile: `NAMESPACE-PROFILE`, unless a template says another. */
function namespaceRule(
  namespace: string,
  format: ImportFormat,
  template: string | undefined,
): (profile: string | undefined) => string {
  if (template !== undefined && format !== 'spring') throw new UsageError('--namespace-template needs --format spring');
  if (template !== undefined && !template.includes('{profile}')) {
    throw new UsageError('--namespace-template has no {profile}: all profiles would be in one namespace');
  }
  return (profile) => {
    if (profile === undefined) return namespace;
    return (template ?? '{namespace}-{profile}').replace(/\{(?:namespace|profile)\}/g, (part) =>
      part === '{profile}' ? profile : namespace,
    );
  };
}

function byNamespace(imported: readonly Imported[], fallback: string): ByNamespace {
  const groups = Map.groupBy(imported, ({ namespace = fallback }) => namespace);
  return groups.size === 0 ? new Map([[fallback, []]]) : groups;
}

async function write(session: Session, named: ByNamespace, { comment, dryRun }: ImportOptions): Promise<void> {
  const { output, signal } = session;
  const store = await session.connect();
  const total = [...named.values()].reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  for (const [namespace, imported] of named) {
    for (let start = 0; start < imported.length; start += maxBatchOperations) {
      const operations = imported
        .slice(start, start + maxBatchOperations)
        .map(({ key, value }): BatchOperation => ({ type: 'set', key, value }));
      output.progress('importing', done, total);
      await store.batch(namespace, operations, { comment, dryRun, signal });
      done += operations.length;
    }
  }
}

/** The keys with the names that they get. Lists those that cannot be keys, and throws if there are any without `--map`. */
function nameAll({ output }: Session, imported: ByNamespace, map: boolean): ByNamespace {
  const keys = [...imported.values()].flat().map(({ key }) => key);
  const refused = keys.flatMap((key) => refusal(key) ?? []);
  for (const { key, reason, mapped } of refused) {
    output.note(map && mapped !== undefined ? `${key} → ${mapped}` : `${reason}; --map: ${mapped ?? 'cannot map it'}`);
  }
  const lost = refused.filter(({ mapped }) => !map || mapped === undefined);
  if (lost.length > 0)
    throw new UsageError(`${lost.length} of ${keys.length} names cannot be keys; nothing is imported`);
  const names = new Map(refused.map(({ key, mapped }) => [key, mapped]));
  return new Map([...imported].map(([namespace, each]) => [namespace, withNames(each, names)]));
}

/** Throws `UsageError` where two would have one name. */
function withNames(imported: readonly Imported[], names: ReadonlyMap<string, string | undefined>): readonly Imported[] {
  const seen = new Map<string, string>();
  return imported.map(({ key, value }) => {
    const name = names.get(key) ?? key;
    const other = seen.get(name);
    if (other !== undefined) throw new UsageError(`${safeText(other)} and ${safeText(key)} would both be ${name}`);
    seen.set(name, key);
    return { key: name, value };
  });
}
