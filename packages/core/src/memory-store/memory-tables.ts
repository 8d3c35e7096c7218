import type { Change } from '../contract/change.js';
import type { Alias, Entry } from '../contract/entry.js';
import type {
  EngineReader,
  Head,
  HistoryRange,
  Range,
  SearchRange,
  SearchStretch,
  TrailRange,
  TrailStretch,
  WriteTables,
} from '../local-store/engine.js';
import { cutoff } from '../local-store/retention.js';
import { Matches } from '../local-store/search.js';
import { isLive } from '../rules/write-rules.js';
import { afterPrefix, type SortedMap, sortedMap } from '../util/sorted-map.js';
import { AliasTable } from './alias-table.js';
import { Expiries } from './expiries.js';
import { HistoryBudget } from './history-budget.js';
import type { KeyHistory } from './key-history.js';
import { MemoryLog } from './memory-log.js';
import { NamespaceTable } from './namespace-table.js';
import type { MemorySettings } from './options.js';

/** How many entries one search looks at, so that it holds the event loop for some ten milliseconds at most. */
const maxExamined = 10_000;

/** The data of a memory store: keys with their past, aliases, expiries and the log. */
export class MemoryTables implements EngineReader, WriteTables {
  readonly changes: MemoryLog;
  readonly logId: string;
  readonly #historyLimit: number;
  readonly #tombstoneAgeMs: number;
  readonly #historyAgeMs: number;
  readonly #past: HistoryBudget;
  #namespaces: SortedMap<NamespaceTable> = sortedMap();
  /** The entries that there are, by the revision of their last change. */
  #byRevision: SortedMap<Entry, number> = sortedMap();
  /** The tombstones of the keys that are deleted, by revision, in its order. */
  #tombstones = new Map<number, Entry>();
  #aliases = new AliasTable();
  #expiries = new Expiries();

  constructor(logId: string, settings: MemorySettings) {
    this.logId = logId;
    this.changes = new MemoryLog(settings.logLimit, settings.logBytes, settings.ages.logAgeMs);
    this.#tombstoneAgeMs = settings.ages.tombstoneAgeMs;
    this.#historyAgeMs = settings.ages.historyAgeMs;
    this.#historyLimit = settings.historyLimit;
    this.#past = new HistoryBudget(settings.historyBytes);
  }

  head(): Head {
    const { revision, oldestRevision } = this.changes;
    return { revision, oldestRevision, logId: this.logId };
  }

  last(namespace: string, key: string): Entry | undefined {
    return this.#namespaces.get(namespace)?.get(key)?.current;
  }

  states(namespace: string, keys: readonly string[]): Entry[] {
    const table = this.#namespaces.get(namespace);
    return keys.flatMap((key) => table?.get(key)?.current ?? []);
  }

  range(range: Range): Entry[] {
    return this.#namespaces.get(range.namespace)?.range(range) ?? [];
  }

  trail(range: TrailRange): TrailStretch {
    return { changes: this.changes.newest(range), next: 0 };
  }

  search(range: SearchRange): SearchStretch {
    const matches = new Matches(range, maxExamined);
    const from = range.before === Number.POSITIVE_INFINITY ? undefined : range.before - 1;
    for (const [revision, entry] of this.#byRevision.entriesReversed(from)) {
      if (!matches.offer(entry)) return matches.upTo(revision);
    }
    return matches.all;
  }

  history({ namespace, key, version, before, limit, maxBytes, includeDeleted }: HistoryRange): Entry[] {
    const all = this.#namespaces.get(namespace)?.get(key)?.versions(this.#historyLimit) ?? [];
    const found: Entry[] = [];
    let bytes = 0;
    for (const entry of all) {
      if (entry.revision >= before || (entry.deleted && !includeDeleted)) continue;
      if (version > 0 && entry.version !== version) continue;
      found.push(entry);
      bytes += entry.size;
      if (found.length >= limit || (bytes > maxBytes && found.length > 1)) break;
    }
    return found;
  }

  nearest(namespace: string, keys: readonly string[], revision: number): (Entry | undefined)[] {
    const table = this.#namespaces.get(namespace);
    return keys.map((key) => table?.get(key)?.nearest(revision));
  }

  byRequest(namespace: string, requestId: string): readonly Change[] {
    return this.changes.byRequest(namespace, requestId);
  }

  due(nowMs: number, limit: number): Entry[] {
    return this.#expiries.due(nowMs, limit);
  }

  nextExpiry(): number | undefined {
    return this.#expiries.next;
  }

  namespaceRevision(namespace: string): number {
    return this.#namespaces.get(namespace)?.revision ?? 0;
  }

  namespaces(prefix: string, after: string, limit: number): string[] {
    const end = afterPrefix(prefix);
    const names: string[] = [];
    for (const [name, table] of this.#namespaces.entries(after > prefix ? after : prefix)) {
      if (names.length >= limit || (end !== undefined && name >= end)) break;
      if (name > after && table.size > 0) names.push(name);
    }
    return names;
  }

  everyNamespace(): string[] {
    return this.#namespaces.toArray().map(([name]) => name);
  }

  counts(): Map<string, number> {
    const counts = this.#namespaces.toArray().map(([name, table]) => [name, table.size] as const);
    return new Map(counts.filter(([, size]) => size > 0));
  }

  alias(name: string): Alias | undefined {
    return this.#aliases.get(name);
  }

  aliases(): Alias[] {
    return this.#aliases.list();
  }

  isTarget(name: string): boolean {
    return this.#aliases.isTarget(name);
  }

  isKey(name: string, nowMs: number): boolean {
    return this.#namespaces.valuesArray().some((table) => isLive(table.get(name)?.current, nowMs));
  }

  put(change: Change, last: Entry | undefined): void {
    const { entry } = change;
    let table = this.#namespaces.get(entry.namespace);
    if (table === undefined) {
      table = new NamespaceTable();
      this.#namespaces.set(entry.namespace, table);
    }
    const history = table.put(entry);
    this.#expiries.replace(last, entry);
    if (last !== undefined) (last.deleted ? this.#tombstones : this.#byRevision).delete(last.revision);
    (entry.deleted ? this.#tombstones : this.#byRevision).set(entry.revision, entry);
    // A value that left the log while it was current is kept by its key's history only, from now on.
    if (last !== undefined && last.revision <= this.changes.oldestRevision) this.#past.add(last, this.#dropPast);
    this.#trim(history);
    this.#append(change);
    this.#forgetDeleted(entry.updatedAtMs);
    if (this.#historyAgeMs > 0) this.#forgetReplaced(entry.updatedAtMs);
  }

  putAlias(change: Change, alias: Alias): void {
    if (change.type === 'alias_set') this.#aliases.set(alias);
    else this.#aliases.delete(alias);
    this.#append(change);
  }

  #append(change: Change): void {
    this.changes.push(change, this.#onDrop);
  }

  /** A change has left the log's window: only the history of its key may still keep its entry. */
  readonly #onDrop = ({ type, entry }: Change): void => {
    if (type !== 'set' && type !== 'delete') return;
    const history = this.#namespaces.get(entry.namespace)?.get(entry.key);
    if (history === undefined) return;
    this.#trim(history);
    if (history.keepsPast(entry)) this.#past.add(entry, this.#dropPast);
  };

  /** Forgets a few keys whose deletions are too old, so that there get fewer of them. */
  #forgetDeleted(nowMs: number): void {
    const before = cutoff(nowMs, this.#tombstoneAgeMs);
    let left = 2;
    for (const [revision, { namespace, key, updatedAtMs }] of this.#tombstones) {
      if (left === 0 || updatedAtMs > before || revision > this.changes.oldestRevision) return;
      left -= 1;
      const table = this.#namespaces.get(namespace);
      const history = table?.get(key);
      if (history !== undefined) for (const dropped of history.dropAll()) this.#past.remove(dropped);
      table?.forget(key);
      this.#tombstones.delete(revision);
    }
  }

  /** Looks at a few past values, and drops what of their keys was replaced too long ago. */
  #forgetReplaced(nowMs: number): void {
    const before = cutoff(nowMs, this.#historyAgeMs);
    for (const { namespace, key } of this.#past.some(2)) {
      const history = this.#namespaces.get(namespace)?.get(key);
      for (const dropped of history?.dropReplaced(before, this.changes.oldestRevision) ?? [])
        this.#past.remove(dropped);
    }
  }

  readonly #dropPast = ({ namespace, key, revision }: Entry): void => {
    this.#namespaces.get(namespace)?.get(key)?.dropTo(revision);
  };

  #trim(history: KeyHistory): void {
    for (const dropped of history.trim(this.#historyLimit, this.changes.oldestRevision)) this.#past.remove(dropped);
  }
}
