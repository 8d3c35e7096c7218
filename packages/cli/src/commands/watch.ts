import type { Change } from '@cfg/core';
import { entryJson, iso, type Shown, valueText } from '../output/entry-text.js';
import type { Output } from '../output/output.js';
import { safeText } from '../output/safe-text.js';
import type { Session } from '../program/session.js';

export interface WatchOptions extends Shown {
  readonly from?: number | undefined;
  readonly limit?: number | undefined;
  readonly allNamespaces?: true | undefined;
}

export async function watch(session: Session, prefix: string, options: WatchOptions): Promise<undefined> {
  session.masks = !options.reveal;
  const { output, signal } = session;
  const namespaces = options.allNamespaces ? [] : [session.namespace];
  const store = await session.connect();
  await using changes = store.watch({ namespaces, prefixes: [prefix] }, { startRevision: options.from, signal });
  await changes.ready;
  output.note('watching; Ctrl-C ends it');
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  for await (const change of changes) {
    if (change.type === 'progress') continue;
    // Aliases belong to no namespace, and match every filter.
    if (change.entry.namespace === '' && !options.allNamespaces) continue;
    await output.record(changeJson(change, options), () => changeLine(output, change, options));
    left -= 1;
    if (left === 0) return;
  }
}

/** Of a deletion the server tells only what is gone, by whom and why. */
function changeJson({ type, entry, revision }: Change, shown: Shown): object {
  const { namespace, key, author, comment } = entry;
  if (type !== 'set') return { type, revision, namespace, key, author, comment };
  return { ...entryJson(entry, shown), type, valueType: entry.type, revision };
}

function changeLine(output: Output, { type, entry, revision }: Change, shown: Shown): string {
  const colour = type === 'set' || type === 'alias_set' ? 'green' : 'red';
  const name = entry.namespace === '' ? entry.key : `${entry.namespace}/${entry.key}`;
  const value = type === 'set' || type === 'alias_set' ? valueText(entry, shown) : '';
  const head = `${output.paint('dim', iso(Date.now()))} ${revision} ${output.paint(colour, type)}`;
  return `${head} ${safeText(`${name} ${value}`)}`.trimEnd();
}
