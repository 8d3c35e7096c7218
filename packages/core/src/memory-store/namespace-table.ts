import type { Entry } from '../contract/entry.js';
import type { Range } from '../local-store/engine.js';
import { afterPrefix, type SortedMap, sortedMap } from '../util/sorted-map.js';
import { KeyHistory } from './key-history.js';

/** One namespace: every key that it has or had, by name, and the order of those that it has. */
export class NamespaceTable {
  /** The revision of the last change in it. */
  revision = 0;
  #keys = new Map<string, KeyHistory>();
  #live: SortedMap<KeyHistory> = sortedMap();
  #deleted: SortedMap<KeyHistory> = sortedMap();

  /** How many keys it has. */
  get size(): number {
    return this.#live.size;
  }

  get(key: string): KeyHistory | undefined {
    return this.#keys.get(key);
  }

  /** Makes the entry its key's state. */
  put(entry: Entry): KeyHistory {
    this.revision = entry.revision;
    const history = this.#keys.get(entry.key);
    if (history === undefined) {
      const first = new KeyHistory(entry);
      this.#keys.set(entry.key, first);
      this.#live.set(entry.key, first);
      return first;
    }
    const moved = history.current.deleted !== entry.deleted;
    history.push(entry);
    if (!moved) return history;
    const [to, from] = entry.deleted ? [this.#deleted, this.#live] : [this.#live, this.#deleted];
    to.set(entry.key, history);
    from.delete(entry.key);
    return history;
  }

  /** Forgets a deleted key. */
  forget(key: string): void {
    this.#keys.delete(key);
    this.#deleted.delete(key);
  }

  /** In key order. Costs what it returns. */
  range(range: Range): Entry[] {
    const live = rangeOf(this.#live, range);
    if (!range.includeDeleted) return live;
    return [...live, ...rangeOf(this.#deleted, range)].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, range.limit);
  }
}

function rangeOf(tree: SortedMap<KeyHistory>, { prefix, after, limit, maxBytes }: Range): Entry[] {
  const entries: Entry[] = [];
  const end = afterPrefix(prefix);
  const start = after !== undefined && after >= prefix ? after : prefix;
  let bytes = 0;
  for (const [key, { current }] of tree.entries(start === '' ? undefined : start)) {
    if (end !== undefined && key >= end) break;
    if (key === after) continue;
    entries.push(current);
    bytes += current.size;
    if (entries.length >= limit || (bytes > maxBytes && entries.length > 1)) break;
  }
  return entries;
}
