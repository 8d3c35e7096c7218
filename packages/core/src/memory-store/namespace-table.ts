import type { Entry } from '../contract/entry.js';
import { afterPrefix, type SortedMap, sortedMap } from '../util/sorted-map.js';
import { isLive } from '../rules/write-rules.js';
import { KeyHistory } from './key-history.js';

/** One namespace: every key that it has or had, by name, and the order of those that it has. */
export class NamespaceTable {
  readonly name: string;
  /** The revision of the last change in it. */
  revision = 0;
  #keys = new Map<string, KeyHistory>();
  #live: SortedMap<KeyHistory> = sortedMap();
  #deleted: SortedMap<KeyHistory> = sortedMap();

  constructor(name: string) {
    this.name = name;
  }

  /** How many keys it has. */
  get size(): number {
    return this.#live.size;
  }

  get(key: string): KeyHistory | undefined {
    return this.#keys.get(key);
  }

  /** Whether there is such a key now. */
  has(key: string, nowMs: number): boolean {
    return isLive(this.#keys.get(key)?.current, nowMs);
  }

  put(entry: Entry, historyLimit: number): void {
    this.revision = entry.revision;
    const history = this.#keys.get(entry.key);
    if (history === undefined) {
      const first = new KeyHistory(entry);
      this.#keys.set(entry.key, first);
      this.#live.set(entry.key, first);
      return;
    }
    const moved = history.current.deleted !== entry.deleted;
    history.push(entry, historyLimit);
    if (!moved) return;
    const [to, from] = entry.deleted ? [this.#deleted, this.#live] : [this.#live, this.#deleted];
    to.set(entry.key, history);
    from.delete(entry.key);
  }

  /** Up to `limit` entries below `prefix` whose key follows `after`, in key order. Costs what it answers. */
  page(prefix: string, after: string | undefined, limit: number, includeDeleted: boolean): Entry[] {
    const live = range(this.#live, prefix, after, limit);
    if (!includeDeleted) return live;
    return [...live, ...range(this.#deleted, prefix, after, limit)]
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit);
  }
}

function range(tree: SortedMap<KeyHistory>, prefix: string, after: string | undefined, limit: number): Entry[] {
  const entries: Entry[] = [];
  const end = afterPrefix(prefix);
  const start = after !== undefined && after >= prefix ? after : prefix;
  for (const [key, history] of tree.entries(start === '' ? undefined : start)) {
    if (end !== undefined && key >= end) break;
    if (key === after) continue;
    if (entries.length === limit) break;
    entries.push(history.current);
  }
  return entries;
}
