import { checkAlias } from '../rules/alias-rules.js';
import { aliasChange, Change } from '../contract/change.js';
import type { ChangeLog } from '../change-log/change-log.js';
import { type Alias, compact, type EncodedValue, type Entry } from '../contract/entry.js';
import { ExpiryTimer } from '../local-store/expiry-timer.js';
import { type SortedMap, sortedMap } from '../util/sorted-map.js';
import type { DeleteOptions, SetOptions } from '../contract/store.js';
import { entryAfterDelete, entryAfterSet, repeatedWrite } from '../rules/write-rules.js';
import { AliasTable } from './alias-table.js';
import { Expiries } from './expiries.js';
import type { MemoryLog } from './memory-log.js';
import { NamespaceTable } from './namespace-table.js';

/** What a memory store holds, and its writes: each is one change, appended to the log in the same step as the table. */
export class MemoryState {
  readonly namespaces: SortedMap<NamespaceTable> = sortedMap();
  readonly aliases: AliasTable = new AliasTable();
  readonly log: MemoryLog;
  readonly changes: ChangeLog;
  readonly now: () => number;
  #historyLimit: number;
  #expiries = new Expiries();
  #timer: ExpiryTimer;
  #codecs = new Map<string, string>();

  constructor(log: MemoryLog, changes: ChangeLog, historyLimit: number, now: () => number) {
    this.log = log;
    this.changes = changes;
    this.now = now;
    this.#historyLimit = historyLimit;
    const next = (): number | undefined => this.#expiries.next;
    this.#timer = new ExpiryTimer(now, next, () => void this.commitDue());
  }

  /** Deletes what has expired, and answers the time. */
  commitDue(): number {
    const now = this.now();
    if ((this.#expiries.next ?? Number.POSITIVE_INFINITY) > now) return now;
    for (const entry of this.#expiries.due(now)) this.#delete(entry.namespace, entry.key, {}, now);
    return now;
  }

  set(namespace: string, key: string, value: EncodedValue, options: SetOptions): Entry {
    const now = this.commitDue();
    const repeated = repeatedWrite('set', options, (id) => this.log.byRequest(namespace, key, id));
    if (repeated !== undefined) return repeated;
    const table = this.#table(namespace);
    const last = table.get(key)?.current;
    // Kept bytes are a copy of their own; names and codecs are shared by all versions.
    const kept = { bytes: compact(value.bytes), codec: this.#codec(value.codec), type: value.type };
    const revision = this.log.revision + 1;
    const entry = entryAfterSet(table.name, last?.key ?? key, last, kept, options, revision, now);
    this.#put(table, last, new Change('set', entry, revision, options.requestId));
    return entry;
  }

  delete(namespace: string, key: string, options: DeleteOptions): void {
    const now = this.commitDue();
    if (repeatedWrite('delete', options, (id) => this.log.byRequest(namespace, key, id)) !== undefined) return;
    this.#delete(namespace, key, options, now);
  }

  setAlias(alias: string, target: string): Alias {
    const now = this.commitDue();
    checkAlias(alias, target, {
      isAlias: (name) => this.aliases.has(name),
      isTarget: (name) => this.aliases.isTarget(name),
      isKey: (name) => this.namespaces.valuesArray().some((table) => table.has(name, now)),
    });
    const made: Alias = { alias, target, version: 1, revision: this.log.revision + 1, createdAtMs: now };
    this.aliases.set(made);
    this.#commit(aliasChange('alias_set', made, made.revision, now));
    return made;
  }

  deleteAlias(alias: string): void {
    const now = this.commitDue();
    const gone = this.aliases.get(alias);
    this.aliases.delete(gone);
    this.#commit(aliasChange('alias_delete', gone, this.log.revision + 1, now));
  }

  close(): void {
    this.#timer.close();
    this.changes.close();
  }

  #delete(namespace: string, key: string, options: DeleteOptions, now: number): void {
    const table = this.#table(namespace);
    const last = table.get(key)?.current;
    const revision = this.log.revision + 1;
    const entry = entryAfterDelete(table.name, last?.key ?? key, last, options, revision, now);
    this.#put(table, last, new Change('delete', entry, revision, options.requestId));
  }

  #put(table: NamespaceTable, last: Entry | undefined, change: Change): void {
    if (table.revision === 0) this.namespaces.set(table.name, table);
    table.put(change.entry, this.#historyLimit);
    this.#expiries.replace(last, change.entry);
    this.#commit(change);
    this.#timer.schedule();
  }

  #commit(change: Change): void {
    this.log.push(change);
    this.changes.compactedTo(this.log.oldestRevision);
    this.changes.append([change]);
  }

  #table(namespace: string): NamespaceTable {
    return this.namespaces.get(namespace) ?? new NamespaceTable(namespace);
  }

  #codec(name: string): string {
    const known = this.#codecs.get(name);
    if (known !== undefined) return known;
    if (this.#codecs.size < 1_000) this.#codecs.set(name, name);
    return name;
  }
}
