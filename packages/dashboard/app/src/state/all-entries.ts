import { useQueries } from '@tanstack/react-query';
import { useEffect } from 'react';
import { listAll } from '../api/calls.ts';
import type { Entry } from '../api/types.ts';
import type { Change } from '../live/change.ts';
import { follow } from '../live/live.ts';
import { queries } from './queries.ts';

export interface NamespaceEntries {
  readonly namespace: string;
  /** By key; undefined until they are read. */
  readonly entries: ReadonlyMap<string, Entry> | undefined;
  readonly error: unknown;
}

type Entries = ReadonlyMap<string, Entry>;

const keyOf = (namespace: string) => ['all-entries', namespace] as const;

/** All keys of some namespaces with their values, kept true by the stream of changes. */
export function useAllEntries(namespaces: readonly string[]): readonly NamespaceEntries[] {
  const names = namespaces.join('\n');
  useEffect(() => {
    const followed = names.split('\n').filter((name) => name !== '');
    if (followed.length === 0) return;
    return follow({ namespaces: followed, onChange: apply, onReset: () => void queries.invalidateQueries() });
  }, [names]);
  return useQueries({
    queries: namespaces.map((namespace) => ({
      queryKey: keyOf(namespace),
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Entries> =>
        new Map((await listAll(namespace, {}, { signal })).map((entry) => [entry.key, entry])),
    })),
    combine: (results) =>
      results.map(({ data, error }, at) => ({ namespace: namespaces[at] ?? '', entries: data, error })),
  });
}

/** Puts a change into what was read. A list that is being read meanwhile may be older: it is read again. */
function apply({ kind, entry }: Change): void {
  if (kind !== 'set' && kind !== 'delete') return;
  const queryKey = keyOf(entry.namespace);
  if (queries.isFetching({ queryKey }) > 0) void queries.invalidateQueries({ queryKey });
  queries.setQueryData<Entries>(queryKey, (known) => {
    if (known === undefined) return known;
    const present = known.get(entry.key);
    if (present !== undefined && present.revision >= entry.revision) return known;
    const next = new Map(known);
    // An event does not tell type and expiry, nor whether the value is secret: as they were.
    if (kind === 'set') next.set(entry.key, { ...entry, secret: entry.secret || (present?.secret ?? false) });
    else next.delete(entry.key);
    return next;
  });
}
