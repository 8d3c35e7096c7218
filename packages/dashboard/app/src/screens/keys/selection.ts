import { createStore, type Store } from '../../state/store.ts';

/** The keys that are marked, of one namespace at a time. */
export const selection: Store<ReadonlySet<string>> = createStore<ReadonlySet<string>>(new Set());

export function toggleSelected(keys: readonly string[]): void {
  selection.update((now) => {
    const all = keys.every((key) => now.has(key));
    const next = new Set(now);
    for (const key of keys) {
      if (all) next.delete(key);
      else next.add(key);
    }
    return next;
  });
}

export const clearSelection = (): void => selection.set(new Set());
