import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry } from '@cfg/core';
import type { HistoryRange, KeyReader, Range, Sealer } from '@cfg/core/store';
import { place } from './compaction.js';
import type { EntryCache } from './entry-cache.js';
import { keyRange } from './key-range.js';
import { entryColumns, entryOf, type Row, upTo } from './rows.js';

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
    this.#revisionOf = db.prepare('SELECT revision, version FROM entries WHERE namespace = ? AND key = ?');
    this.#tombstoneOf = db.prepare('SELECT revision, version FROM tombstones WHERE namespace = ? AND key = ?');
    this.#byRevisions = db.prepare(`
      SELECT ${entryColumns} FROM changes WHERE revision IN (SELECT value FROM json_each(?))`);
    const range = (columns: string, table: string): string => `
      SELECT ${columns} FROM ${table} WHERE namespace = ? AND key >= ? AND key < ?`;
    this.#live = db.prepare(`${range('revision', 'entries')} ORDER BY key ${upTo}`);
    this.#all = db.prepare(`
      ${range('key, revision', 'entries')} UNION ALL ${range('key, revision', 'tombstones')} ORDER BY key ${upTo}`);
    const history = (type: string): StatementSync =>
      db.prepare(`
        SELECT revision FROM changes
        WHERE namespace = ? AND key = ? AND version >= ? AND version <= ? AND ${place} > ?
          AND revision < ? AND ${type}
        ORDER BY version DESC, revision DESC ${upTo}`);
    this.#sets = history("type = 'set'");
    this.#changes = history('true');
    this.#newestUpTo = db.prepare(`
      SELECT revision FROM changes WHERE namespace = ? AND key = ? AND revision <= ?
      ORDER BY version DESC, revision DESC LIMIT 1`);
    this.#oldest = db.prepare(`
      SELECT revision FROM changes WHERE namespace = ? AND key = ? ORDER BY version, revision LIMIT 1`);
  }

  /** The entries of revisions that are there, in the order given. */
  entries(revisions: readonly number[]): readonly Entry[] {
    return this.#block(revisions);
  }

  /** Last states, tombstones included, in the order of `keys`; those of keys that never existed are left out. */
  states(namespace: string, keys: readonly string[]): Entry[] {
    const found = keys.map((key) => this.#last(namespace, key)?.revision as number | undefined);
    return this.#entriesOf(found.filter((revision) => revision !== undefined));
  }

  range({ namespace, prefix, after, limit, maxBytes, includeDeleted }: Range): Entry[] {
    const keys = [namespace, ...keyRange(prefix, after)];
    const most = bounded(limit);
    const rows = includeDeleted ? this.#all.all(...keys, ...keys, most) : this.#live.all(...keys, most);
    return this.#entriesOf(
      rows.map((row) => row.revision as number),
      maxBytes,
    );
  }

  /** None before the kept versions, even if the log still has them. */
  history({ namespace, key, version, before, limit, maxBytes, includeDeleted }: HistoryRange): Entry[] {
    const last = this.#last(namespace, key);
    if (last === undefined) return [];
    const newest = last.version as number;
    const dropped = newest - this.#historyLimit;
    const [from, to] = version > 0 ? [Math.max(version, dropped), version] : [dropped, newest];
    const statement = includeDeleted ? this.#changes : this.#sets;
    const rows = statement.all(namespace, key, from, to, dropped, bounded(before), bounded(limit));
    return this.#entriesOf(
      rows.map((row) => row.revision as number),
      maxBytes,
    );
  }

  nearest(namespace: string, keys: readonly string[], revision: number): (Entry | undefined)[] {
    return keys.map((key) => {
      const row = this.#newestUpTo.get(namespace, key, revision) ?? this.#oldest.get(namespace, key);
      return row && this.#entriesOf([row.revision as number])[0];
    });
  }

  #last(namespace: string, key: string): Row | undefined {
    return this.#revisionOf.get(namespace, key) ?? this.#tombstoneOf.get(namespace, key);
  }

  /** The entries of revisions that are there, in the order given, up to the one that exceeds `maxBytes`. */
  #entriesOf(revisions: readonly number[], maxBytes: number = Number.POSITIVE_INFINITY): Entry[] {
    if (maxBytes === Number.POSITIVE_INFINITY) return this.#block(revisions);
    const entries: Entry[] = [];
    let bytes = 0;
    for (let start = 0; start < revisions.length; start += blockSize) {
      for (const entry of this.#block(revisions.slice(start, start + blockSize))) {
        entries.push(entry);
        bytes += entry.size;
        if (bytes > maxBytes && entries.length > 1) return entries;
      }
    }
    return entries;
  }

  #block(revisions: readonly number[]): Entry[] {
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
    return entries as Entry[];
  }
}

/** SQLite's integers end somewhere. */
const bounded = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER);
