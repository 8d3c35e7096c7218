import { readEntry } from '../api/entry.ts';
import type { Entry } from '../api/types.ts';

export type ChangeKind = 'set' | 'delete' | 'alias_set' | 'alias_delete';

/** One event of the stream. */
export interface Change {
  readonly kind: ChangeKind;
  /** As far as an event tells: without type and expiry. Of an alias, `key` is its name. */
  readonly entry: Entry;
  readonly revision: number;
  /** When this page heard of it, in milliseconds since 1970. */
  readonly at: number;
  /** Further changes of the same write follow. */
  readonly more: boolean;
}

interface WireChange {
  readonly namespace?: string;
  readonly key?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly more?: boolean;
  readonly value?: string;
  readonly codec?: string;
  readonly version?: number | string;
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly masked?: boolean;
}

const kinds: readonly ChangeKind[] = ['set', 'delete', 'alias_set', 'alias_delete'];

/** The revision that an id begins with. */
export const revisionOf = (id: string): number => Number(/^\d+/.exec(id)?.[0] ?? 0);

/** Reads an event; undefined if it is no change. */
export function readChange(event: string | undefined, id: string, data: string): Change | undefined {
  const kind = kinds.find((each) => each === event);
  if (kind === undefined) return undefined;
  let wire: WireChange;
  try {
    wire = JSON.parse(data);
  } catch {
    return undefined; // nothing of ours: the next one may be
  }
  const { created_at: createdAt, updated_at: updatedAt, version, more = false, ...rest } = wire;
  const revision = revisionOf(id);
  const entry = readEntry({
    ...rest,
    version: String(version ?? 0),
    revision: String(revision),
    createdAt: createdAt ?? null,
    updatedAt: updatedAt ?? null,
    deleted: kind === 'delete',
  });
  return { kind, entry, revision, at: Date.now(), more };
}
