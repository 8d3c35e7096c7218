import type { Change } from '../contract/change.js';
import type { ChangeFilter } from '../contract/filter.js';

/** Something that waits for changes. */
export interface Watcher {
  readonly filter: ChangeFilter;
}

interface Node<W> {
  /** Those that want every key. */
  any: Set<W>;
  byPrefix: Map<string, Set<W>>;
  /** How many prefixes there are of each length, so that a key is looked up once per length. */
  lengths: Map<number, number>;
}

/** Beyond so many pairs of namespace and prefix a watcher is found by namespace alone, which bounds its memory. */
const maxPairs = 1_000;

/**
 * Finds the watchers of a change without asking each: by namespace, then by the prefixes of the key. What a change
 * costs depends on the watchers that it matches, not on how many there are.
 */
export class WatchIndex<W extends Watcher> {
  #all = new Set<W>();
  /** By namespace; `undefined` holds those that want all namespaces. */
  #nodes = new Map<string | undefined, Node<W>>();

  get watchers(): ReadonlySet<W> {
    return this.#all;
  }

  add(watcher: W): void {
    this.#all.add(watcher);
    const prefixes = indexedPrefixes(watcher.filter);
    for (const namespace of watcher.filter.namespaces ?? [undefined]) {
      let node = this.#nodes.get(namespace);
      if (node === undefined) {
        node = { any: new Set(), byPrefix: new Map(), lengths: new Map() };
        this.#nodes.set(namespace, node);
      }
      if (prefixes === undefined) node.any.add(watcher);
      else for (const prefix of prefixes) addPrefix(node, prefix, watcher);
    }
  }

  delete(watcher: W): void {
    if (!this.#all.delete(watcher)) return;
    const prefixes = indexedPrefixes(watcher.filter);
    for (const namespace of watcher.filter.namespaces ?? [undefined]) {
      const node = this.#nodes.get(namespace);
      if (node === undefined) continue;
      if (prefixes === undefined) node.any.delete(watcher);
      else for (const prefix of prefixes) deletePrefix(node, prefix, watcher);
      if (node.any.size === 0 && node.byPrefix.size === 0) this.#nodes.delete(namespace);
    }
  }

  /** Calls `wake` for every watcher that may want the change; the filter has the last word. */
  forEach(change: Change, wake: (watcher: W) => void): void {
    if (change.type === 'alias_set' || change.type === 'alias_delete') {
      for (const watcher of this.#all) wake(watcher);
      return;
    }
    const { namespace, key } = change.entry;
    visit(this.#nodes.get(namespace), key, wake);
    visit(this.#nodes.get(undefined), key, wake);
  }
}

function visit<W>(node: Node<W> | undefined, key: string, wake: (watcher: W) => void): void {
  if (node === undefined) return;
  for (const watcher of node.any) wake(watcher);
  for (const length of node.lengths.keys()) {
    if (length > key.length) continue;
    const watchers = node.byPrefix.get(key.slice(0, length));
    if (watchers !== undefined) for (const watcher of watchers) wake(watcher);
  }
}

function indexedPrefixes(filter: ChangeFilter): readonly string[] | undefined {
  const { namespaces, prefixes } = filter;
  return prefixes !== undefined && prefixes.length * (namespaces?.size ?? 1) <= maxPairs ? prefixes : undefined;
}

function addPrefix<W>(node: Node<W>, prefix: string, watcher: W): void {
  const watchers = node.byPrefix.get(prefix);
  if (watchers !== undefined) {
    watchers.add(watcher);
    return;
  }
  node.byPrefix.set(prefix, new Set([watcher]));
  node.lengths.set(prefix.length, (node.lengths.get(prefix.length) ?? 0) + 1);
}

function deletePrefix<W>(node: Node<W>, prefix: string, watcher: W): void {
  const watchers = node.byPrefix.get(prefix);
  if (watchers === undefined) return;
  watchers.delete(watcher);
  if (watchers.size > 0) return;
  node.byPrefix.delete(prefix);
  const left = (node.lengths.get(prefix.length) ?? 1) - 1;
  if (left === 0) node.lengths.delete(prefix.length);
  else node.lengths.set(prefix.length, left);
}
