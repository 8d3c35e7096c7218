import type { Entry } from '../../api/types.ts';
import { newValueOf, type PlannedChange } from '../../review/planned-change.ts';
import { sameValue } from '../matrix/matrix-rows.ts';

/** The change of a key since a moment. */
export interface KeyDifference {
  readonly key: string;
  readonly kind: 'added' | 'changed' | 'removed';
  readonly past: Entry | undefined;
  readonly now: Entry | undefined;
}

type Entries = ReadonlyMap<string, Entry>;

/** The keys that are not as they were, in order. */
export function differencesSince(then: Entries, now: Entries): readonly KeyDifference[] {
  return [...new Set([...then.keys(), ...now.keys()])].sort().flatMap((key): KeyDifference[] => {
    const [old, present] = [then.get(key), now.get(key)];
    if (old === undefined) return [{ key, kind: 'added', past: old, now: present }];
    if (present === undefined) return [{ key, kind: 'removed', past: old, now: present }];
    const isSame = old.version === present.version || sameValue(old, present) === true;
    return isSame ? [] : [{ key, kind: 'changed', past: old, now: present }];
  });
}

/** The writes that make the keys as they were. */
export const restoring = (differences: readonly KeyDifference[], revision: number): readonly PlannedChange[] =>
  differences.map(({ key, past, now }) => ({ key, old: now, next: past && newValueOf(past, revision) }));
