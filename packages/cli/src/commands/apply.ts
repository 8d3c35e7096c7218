import { type Entry, maxBatchOperations } from '@cfg/core';
import { type Desired, readDesired } from '../desired/desired.js';
import { operationOf, type PlannedChange, planOf } from '../desired/plan.js';
import { differenceText } from '../output/difference.js';
import { dataJson, type Shown, valueText } from '../output/entry-text.js';
import { exitCodes } from '../program/exit-code.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';
import { pages } from './pages.js';

export interface ApplyOptions extends Shown {
  readonly file: string;
  readonly plan?: true | undefined;
  readonly prune?: true | undefined;
  readonly exitCode?: true | undefined;
  readonly comment?: string | undefined;
}

/**
 * Brings namespaces to what files say. All is read, checked and compared before the first write. A namespace's changes
 * are one batch, or several of {@link maxBatchOperations}, each with the versions that were compared.
 */
export async function apply(session: Session, options: ApplyOptions): Promise<number> {
  if (options.exitCode && !options.plan) throw new UsageError('--exit-code needs --plan');
  const plans = await plan(
    session,
    readDesired(options.file, session.flags.namespace, () => session.namespace),
    options,
  );
  for (const [namespace, changes] of plans) {
    if (!options.plan) await write(session, namespace, changes, options.comment);
    for (const change of changes) await show(session, namespace, change, options);
  }
  const all = [...plans.values()].flat();
  session.output.note(summary(all, options));
  return options.exitCode && all.length > 0 ? exitCodes.differences : exitCodes.done;
}

async function plan(
  session: Session,
  desired: Desired,
  { prune = false }: { readonly prune?: boolean | undefined },
): Promise<ReadonlyMap<string, readonly PlannedChange[]>> {
  const plans = new Map<string, readonly PlannedChange[]>();
  for (const [namespace, wanted] of desired) {
    const current: Entry[] = [];
    for await (const entries of pages(session, {}, { namespace })) {
      current.push(...entries);
      session.output.progress(`comparing ${namespace}`, current.length);
    }
    plans.set(namespace, planOf(current, wanted, { prune }));
  }
  return plans;
}

async function write(
  session: Session,
  namespace: string,
  changes: readonly PlannedChange[],
  comment: string | undefined,
): Promise<void> {
  const { output, signal } = session;
  const store = await session.connect();
  for (let start = 0; start < changes.length; start += maxBatchOperations) {
    output.progress(`applying ${namespace}`, start, changes.length);
    const operations = changes.slice(start, start + maxBatchOperations).map(operationOf);
    await store.batch(namespace, operations, { comment, signal });
  }
}

async function show(
  { output }: Session,
  namespace: string,
  { key, action, before, after }: PlannedChange,
  shown: Shown,
): Promise<void> {
  const [old, fresh] = [before, after].map((value) => (value === undefined ? null : dataJson(value, shown).value));
  await output.record({ namespace, key, action, before: old, after: fresh }, () => {
    const [was, is] = [before, after].map((value) => (value === undefined ? undefined : valueText(value, shown)));
    return differenceText(output, { name: `${namespace}/${key}`, before: was, after: is });
  });
}

function summary(changes: readonly PlannedChange[], { plan: planned }: ApplyOptions): string {
  if (changes.length === 0) return 'nothing to do';
  const number = (action: PlannedChange['action']): number => changes.filter((each) => each.action === action).length;
  const counts = `${number('add')} added, ${number('change')} changed, ${number('delete')} deleted`;
  return planned ? `would be: ${counts}` : counts;
}
