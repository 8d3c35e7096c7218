import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry } from '@cfg/core';
import type { HistoryRange, KeyReader, Range, Sealer } from '@cfg/core/store';
import { place } from './compaction.js';
import type { EntryCache } from './entry-cache.js';
import { keyRange } from './key-range.js';
import { changeColumns, entryOf, type Pointer, pointed, upTo } from './rows.js';

/** How many entries are read from the file at a time, so that a page of large ones stops in time. */
const blockSize = 32;

/** Reads keys and their history, on either connection. To be called within a transaction. */
export class KeyRows implements KeyReader {
  readonly #cache: EntryCache;
  readonly #historyLimit: number;
  readonly #sealer: Sealer;
  readonly #revisionOf: StatementSync;
  readonly #tombstoneOf: StatementSync;
  readonly #byRevisions: StatementSync;
  readonly #live: StatementSync;
  readonly #all: StatementSync;
  readonly #sets: StatementSync;
  readonly #changes: StatementSync;
  readonly #newestUpTo: StatementSync;
  readonly #oldest: StatementSync;

  constructor(db: DatabaseSync, cache: EntryCache, historyLimit: number, sealer: Sealer) {
    this.#cache = cache;
    this.#historyLimit = historyLimit;
    this.#sealer = sealer;
    this.#revisionOf = db.prepare('SELECT key, revision, version FROM entries WHERE namespace = ? AND key = ?');
    this.#tombstoneOf = db.prepare('SELECT key, revision, version FROM tombstones WHERE namespace = ? AND key = ?');
    this.#byRevisions = db.prepare(`
      SELECT ${changeColumns} FROM changes WHERE revision IN (SELECT value FROM json_each(?))`);
    const range = (columns: string, table: string): string => `
      SELECT ${columns} FROM ${table} WHERE namespace = ? AND key >= ? AND key < ?`;
    const pointer = 'key, revision, version';
    this.#live = db.prepare(`${range(pointer, 'entries')} ORDER BY key ${upTo}`);
    this.#all = db.prepare(`
      ${range(pointer, 'entries')} UNION ALL ${range(pointer, 'tombstones')} ORDER BY key ${upTo}`);
    const history = (type: string): StatementSync =>
      db.prepare(`
        SELECT key, revision, version FROM changes
        WHERE namespace = ? AND key = ? AND version >= ? AND version <= ? AND ${place} > ?
          AND revision < ? AND ${type}
        ORDER BY version DESC, revision DESC ${upTo}`);
    this.#sets = history("type = 'set'");
    this.#changes = history('true');
    this.#newestUpTo = db.prepare(`
      SELECT key, revision, version FROM changes WHERE namespace = ? AND key = ? AND revision <= ?
      ORDER BY version DESC, revision DESC LIMIT 1`);
    this.#oldest = db.prepare(`
      SELECT key, revision, version FROM changes WHERE namespace = ? AND key = ? ORDER BY version, revision LIMIT 1`);
  }

  /** The entries of revisions that are there, in the order given. */
  entries(revisions: readonly number[]): readonly Entry[] {
    return this.#block(revisions) as Entry[];
  }

  /** Last states, tombstones included, in the order of `keys`; those of keys that never existed are left out. */
  states(namespace: string, keys: readonly string[]): Entry[] {
    return this.#entriesOf(keys.map((key) => this.#last(namespace, key)).filter((found) => found !== undefined));
  }

  range({ namespace, prefix, after, limit, maxBytes, includeDeleted }: Range): Entry[] {
    const keys = [namespace, ...keyRange(prefix, after)];
    const most = bounded(limit);
    const rows = includeDeleted ? this.#all.all(...keys, ...keys, most) : this.#live.all(...keys, most);
    return this.#entriesOf(rows as unknown as Pointer[], maxBytes);
  }

  /** None before the kept versions, even if the log still has them. */
  history({ namespace, key, version, before, limit, maxBytes, includeDeleted }: HistoryRange): Entry[] {
    const last = this.#last(namespace, key);
    if (last === undefined) return [];
    const newest = last.version;
    const dropped = newest - this.#historyLimit;
    const [from, to] = version > 0 ? [Math.max(version, dropped), version] : [dropped, newest];
    const statement = includeDeleted ? this.#changes : this.#sets;
    const rows = statement.all(namespace, key, from, to, dropped, bounded(before), bounded(limit));
    return this.#entriesOf(rows as unknown as Pointer[], maxBytes);
  }

  nearest(namespace: string, keys: readonly string[], revision: number): (Entry | undefined)[] {
    return keys.map((key) => {
      const row = this.#newestUpTo.get(namespace, key, revision) ?? this.#oldest.get(namespace, key);
      return row && this.#entriesOf([row as unknown as Pointer])[0];
    });
  }

  #last(namespace: string, key: string): Pointer | undefined {
    const row = this.#revisionOf.get(namespace, key) ?? this.#tombstoneOf.get(namespace, key);
    return row as Pointer | undefined;
  }

  /** The entries that are pointed to, in the order given, up to the one that exceeds `maxBytes`. */
  #entriesOf(pointers: readonly Pointer[], maxBytes: number = Number.POSITIVE_INFINITY): Entry[] {
    const size = maxBytes === Number.POSITIVE_INFINITY ? Math.max(1, pointers.length) : blockSize;
    const entries: Entry[] = [];
    let bytes = 0;
    for (let start = 0; start < pointers.length; start += size) {
      const block = pointers.slice(start, start + size);
      const found = this.#block(block.map(({ revision }) => revision));
      for (const [index, pointer] of block.entries()) {
        const entry = pointed(pointer, found[index]);
        entries.push(entry);
        bytes += entry.size;
        if (bytes > maxBytes && entries.length > 1) return entries;
      }
    }
    return entries;
  }

  /** `undefined` for those that are missing. */
  #block(revisions: readonly number[]): (Entry | undefined)[] {
    const entries = revisions.map((revision) => this.#cache.get(revision));
    const missing = revisions.filter((_, index) => entries[index] === undefined);
    if (missing.length > 0) {
      const read = new Map<number, Entry>();
      for (const row of this.#byRevisions.all(JSON.stringify(missing))) {
        const entry = entryOf(row, this.#sealer);
        this.#cache.add(entry);
        read.set(entry.revision, entry);
      }
      for (const [index, revision] of revisions.entries()) entries[index] ??= read.get(revision);
    }
    return entries;
  }
}

/** SQLite's integers end somewhere. */
const bounded = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER);
