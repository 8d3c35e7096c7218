import { differenceText } from '../output/difference.js';
import { entryJson, type Shown, valueText } from '../output/entry-text.js';
import { exitCodes } from '../program/exit-code.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';
import { readVersion } from './get.js';
import { pages } from './pages.js';
import { type Pair, pairsOf } from './pairs.js';

export interface DiffOptions extends Shown {
  readonly since?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly exitCode?: true | undefined;
}

export async function diff(session: Session, name: string, options: DiffOptions): Promise<number> {
  session.masks = !options.reveal;
  const pairs = options.since === undefined ? betweenVersions(session, name, options) : since(session, name, options);
  let differences = 0;
  for await (const pair of pairs) {
    if (pair.before?.version === pair.after?.version) continue;
    differences += 1;
    await show(session, pair, options);
  }
  return differences > 0 && options.exitCode ? exitCodes.differences : exitCodes.done;
}

/** Both states are of one moment each. */
async function* since(session: Session, prefix: string, { since, from, to }: DiffOptions): AsyncGenerator<Pair> {
  if (from !== undefined || to !== undefined) throw new UsageError('--since excludes --from and --to');
  const store = await session.connect();
  const { revision } = await store.revision(session.namespace, { signal: session.signal });
  yield* pairsOf(pages(session, { prefix, atRevision: since }), pages(session, { prefix, atRevision: revision }));
}

async function* betweenVersions(session: Session, key: string, { from, to }: DiffOptions): AsyncGenerator<Pair> {
  if (key === '' || from === undefined) throw new UsageError('diff needs --since, or a key and --from');
  const store = await session.connect();
  const { namespace, signal } = session;
  const before = await readVersion(session, key, from);
  const after = to === undefined ? await store.get(namespace, key, { signal }) : await readVersion(session, key, to);
  yield { key, before, after };
}

async function show({ output, namespace }: Session, { key, before, after }: Pair, shown: Shown): Promise<void> {
  const change = before === undefined ? 'added' : after === undefined ? 'deleted' : 'changed';
  const [old, fresh] = [before, after].map((entry) => (entry === undefined ? null : entryJson(entry, shown)));
  await output.record({ namespace, key, change, before: old, after: fresh }, () => {
    const [was, is] = [before, after].map((entry) => (entry === undefined ? undefined : valueText(entry, shown)));
    return differenceText(output, { name: key, before: was, after: is });
  });
}
