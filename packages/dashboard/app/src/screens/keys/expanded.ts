import { createStore, type Store } from '../../state/store.ts';

/** Folders that are open, by their paths; for each namespace on its own, as long as the page lives. */
const byNamespace = new Map<string, Store<ReadonlySet<string>>>();

export function expandedOf(namespace: string): Store<ReadonlySet<string>> {
  let found = byNamespace.get(namespace);
  if (found === undefined) {
    found = createStore<ReadonlySet<string>>(new Set());
    byNamespace.set(namespace, found);
  }
  return found;
}

export function toggleFolder(namespace: string, folder: string, open?: boolean): void {
  expandedOf(namespace).update((now) => {
    const next = new Set(now);
    if (open ?? !now.has(folder)) next.add(folder);
    else next.delete(folder);
    return next;
  });
}

/** Opens the folders that a key is in. */
export function reveal(namespace: string, key: string): void {
  const store = expandedOf(namespace);
  const folders: string[] = [];
  for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1))
    folders.push(key.slice(0, slash + 1));
  if (folders.every((folder) => store.get().has(folder))) return;
  store.set(new Set([...store.get(), ...folders]));
}
