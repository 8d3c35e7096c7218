import {
  type Alias,
  aliasChange,
  Change,
  checkAlias,
  type DeleteOptions,
  type EncodedValue,
  type Entry,
  entryAfterDelete,
  entryAfterSet,
  isLive,
  repeatedWrite,
  type SetOptions,
} from '@cfg/core';
import type { AliasTable } from './alias-table.js';
import type { Answer, Operation } from './operation.js';
import type { Tables } from './tables.js';

/** What one transaction does to the tables: operations one after the other, each decided on what those before left. */
export class Transaction {
  /** What it has added to the log. */
  readonly changes: Change[] = [];
  readonly #tables: Tables;
  readonly #aliases: AliasTable;
  readonly #nowMs: number;
  #revision: number;
  #tallies = new Map<string, { revision: number; added: number }>();

  constructor(tables: Tables, aliases: AliasTable, revision: number, nowMs: number) {
    this.#tables = tables;
    this.#aliases = aliases;
    this.#revision = revision;
    this.#nowMs = nowMs;
  }

  /** The newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** Deletes up to `limit` entries that have expired. */
  expire(limit: number): void {
    for (const entry of this.#tables.due(this.#nowMs, limit)) this.#remove(entry.namespace, entry.key, entry, {});
  }

  /** Throws a `ConfigError`, before anything of the operation is written, if the rules refuse it. */
  apply(operation: Operation): Answer {
    switch (operation.type) {
      case 'set':
        return this.#set(operation.namespace, operation.key, operation.value, operation.options);
      case 'delete':
        return this.#delete(operation.namespace, operation.key, operation.options);
      case 'set_many':
        // These are plain sets, which the rules never refuse: all or nothing.
        return operation.values.map(([key, value]) => this.#set(operation.namespace, key, value, {}));
      case 'delete_many':
        return this.#deleteMany(operation.namespace, operation.keys);
      case 'set_alias':
        return this.#setAlias(operation.alias, operation.target);
      case 'delete_alias':
        return this.#deleteAlias(operation.alias);
      case 'expire':
        return undefined;
    }
  }

  /** Writes what is counted per namespace. To be called once, at the end. */
  finish(): void {
    for (const [namespace, { revision, added }] of this.#tallies) this.#tables.tally(namespace, revision, added);
  }

  #set(namespace: string, key: string, value: EncodedValue, options: Omit<SetOptions, 'signal'>): Entry {
    const repeated = repeatedWrite('set', options, (id) => this.#tables.byRequest(namespace, key, id));
    if (repeated !== undefined) return repeated;
    const last = this.#last(namespace, key);
    const entry = entryAfterSet(namespace, key, last, value, options, this.#revision + 1, this.#nowMs);
    this.#put(new Change('set', entry, entry.revision, options.requestId), last);
    return entry;
  }

  #delete(namespace: string, key: string, options: Omit<DeleteOptions, 'signal'>): undefined {
    const first = repeatedWrite('delete', options, (id) => this.#tables.byRequest(namespace, key, id));
    if (first === undefined) this.#remove(namespace, key, this.#last(namespace, key), options);
  }

  #deleteMany(namespace: string, keys: readonly string[]): number {
    let deleted = 0;
    for (const key of keys) {
      const last = this.#last(namespace, key);
      if (!isLive(last, this.#nowMs)) continue;
      this.#remove(namespace, key, last, {});
      deleted += 1;
    }
    return deleted;
  }

  #setAlias(alias: string, target: string): Alias {
    checkAlias(alias, target, {
      isAlias: (name) => this.#aliases.has(name),
      isTarget: (name) => this.#aliases.isTarget(name),
      isKey: (name) => this.#aliases.isKey(name, this.#nowMs),
    });
    const made: Alias = { alias, target, version: 1, revision: this.#revision + 1, createdAtMs: this.#nowMs };
    this.#aliases.insert(made);
    this.#append(aliasChange('alias_set', made, made.revision, this.#nowMs), null);
    return made;
  }

  #deleteAlias(alias: string): undefined {
    const gone = this.#aliases.get(alias);
    this.#aliases.delete(alias);
    this.#append(aliasChange('alias_delete', gone, this.#revision + 1, this.#nowMs), null);
  }

  /** A key's last state; an expired entry is deleted first. */
  #last(namespace: string, key: string): Entry | undefined {
    const last = this.#tables.last(namespace, key);
    if (last === undefined || last.deleted || isLive(last, this.#nowMs)) return last;
    return this.#remove(namespace, key, last, {});
  }

  #remove(namespace: string, key: string, last: Entry | undefined, options: Omit<DeleteOptions, 'signal'>): Entry {
    const entry = entryAfterDelete(namespace, key, last, options, this.#revision + 1, this.#nowMs);
    this.#put(new Change('delete', entry, entry.revision, options.requestId), last);
    return entry;
  }

  #put(change: Change, last: Entry | undefined): void {
    const { entry } = change;
    this.#append(change, entry.namespace);
    this.#tables.put(entry, last);
    const before = last !== undefined && !last.deleted ? 1 : 0;
    const tally = this.#tallies.get(entry.namespace) ?? { revision: 0, added: 0 };
    tally.revision = entry.revision;
    tally.added += (entry.deleted ? 0 : 1) - before;
    this.#tallies.set(entry.namespace, tally);
  }

  #append(change: Change, namespace: string | null): void {
    this.#tables.append(change, namespace);
    this.#revision = change.revision;
    this.changes.push(change);
  }
}
