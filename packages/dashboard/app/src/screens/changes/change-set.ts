import type { Operation } from '../../api/types.ts';
import { type Draft, draftId } from '../../state/drafts.ts';
import { bytesOf } from '../../value/language.ts';

/** The staged changes of one namespace: one batch. */
export interface ChangeSet {
  readonly namespace: string;
  /** In the order of their keys. */
  readonly drafts: readonly Draft[];
}

/** Staged drafts by namespace, in order. */
export function changeSets(drafts: readonly Draft[]): readonly ChangeSet[] {
  const byNamespace = new Map<string, Draft[]>();
  for (const draft of drafts) {
    if (!draft.staged) continue;
    const list = byNamespace.get(draft.namespace) ?? [];
    byNamespace.set(draft.namespace, [...list, draft]);
  }
  return [...byNamespace]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, list]) => ({ namespace, drafts: list.toSorted((a, b) => (draftId(a) < draftId(b) ? -1 : 1)) }));
}

/** The write that a draft stands for; each only if nobody has written the key since. */
export function operationOf({ kind, key, text, codec, base, ttlMs }: Draft): Operation {
  if (kind === 'delete') return { kind, key, ifVersion: base.version };
  return { kind, key, value: bytesOf(text), codec, ifVersion: base.version, ttlMs };
}
