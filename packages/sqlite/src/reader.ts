import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry } from '@cfg/core';
import type { EntryCache } from './entry-cache.js';
import { keyRange } from './key-range.js';
import { entryColumns, entryOf, type Row } from './rows.js';

/** What a page or snapshot is to show. */
export interface Range {
  readonly namespace: string;
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly includeDeleted: boolean;
}

/** Reads entries, on a connection of its own. What has expired at `nowMs` is not there. */
export class Reader {
  readonly #cache: EntryCache;
  readonly #revisionOf: StatementSync;
  readonly #tombstoneOf: StatementSync;
  readonly #entry: StatementSync;
  readonly #byRevisions: StatementSync;
  readonly #live: StatementSync;
  readonly #all: StatementSync;
  readonly #nextExpiry: StatementSync;

  constructor(db: DatabaseSync, cache: EntryCache) {
    this.#cache = cache;
    this.#revisionOf = db.prepare('SELECT revision, expires_at FROM entries WHERE namespace = ? AND key = ?');
    this.#tombstoneOf = db.prepare('SELECT revision FROM tombstones WHERE namespace = ? AND key = ?');
    this.#entry = db.prepare(`
      SELECT ${entryColumns} FROM entries JOIN changes USING (revision)
      WHERE entries.namespace = ? AND entries.key = ?`);
    this.#byRevisions = db.prepare(`
      SELECT ${entryColumns} FROM changes WHERE revision IN (SELECT value FROM json_each(?))`);
    const range = (columns: string, table: string, live: string): string => `
      SELECT ${columns} FROM ${table}
      WHERE namespace = ? AND key >= ? AND key < ? AND ${live}`;
    const unexpired = '(expires_at IS NULL OR expires_at > ?)';
    this.#live = db.prepare(`${range('revision', 'entries', unexpired)} ORDER BY key LIMIT ?`);
    this.#all = db.prepare(`
      ${range('key, revision', 'entries', unexpired)} UNION ALL ${range('key, revision', 'tombstones', 'true')}
      ORDER BY key LIMIT ?`);
    this.#nextExpiry = db.prepare('SELECT min(expires_at) AS next FROM entries WHERE expires_at IS NOT NULL');
  }

  /** When the next entry expires. */
  nextExpiry(): number | undefined {
    return (this.#nextExpiry.get()?.next ?? undefined) as number | undefined;
  }

  get(namespace: string, key: string, nowMs: number): Entry | undefined {
    const found = this.#revisionOf.get(namespace, key);
    if (found === undefined || isExpired(found, nowMs)) return undefined;
    const cached = this.#cache.get(found.revision as number);
    if (cached !== undefined) return cached;
    // Found anew rather than by its revision, which another process may have replaced and compacted by now.
    const row = this.#entry.get(namespace, key);
    if (row === undefined || isExpired(row, nowMs)) return undefined;
    return this.#keep(row);
  }

  /** The entries of those keys that exist, in the order of `keys`. To be called within a read transaction. */
  getMany(namespace: string, keys: readonly string[], nowMs: number, includeDeleted: boolean): Entry[] {
    const revisions: number[] = [];
    for (const key of keys) {
      let found = this.#revisionOf.get(namespace, key);
      if (found === undefined && includeDeleted) found = this.#tombstoneOf.get(namespace, key);
      if (found !== undefined && !isExpired(found, nowMs)) revisions.push(found.revision as number);
    }
    return this.#entriesOf(revisions);
  }

  /** A range of entries, in key order. To be called within a read transaction. */
  range({ namespace, prefix, after, limit, includeDeleted }: Range, nowMs: number): Entry[] {
    const most = Math.min(limit, Number.MAX_SAFE_INTEGER);
    const keys = [namespace, ...keyRange(prefix, after)];
    const rows = includeDeleted ? this.#all.all(...keys, nowMs, ...keys, most) : this.#live.all(...keys, nowMs, most);
    return this.#entriesOf(rows.map((row) => row.revision as number));
  }

  /** The entries of revisions that are there, in the order given. */
  #entriesOf(revisions: readonly number[]): Entry[] {
    const entries = revisions.map((revision) => this.#cache.get(revision));
    const missing = revisions.filter((_, index) => entries[index] === undefined);
    if (missing.length > 0) {
      const rows = this.#byRevisions.all(JSON.stringify(missing));
      const read = new Map(rows.map((row) => [row.revision as number, this.#keep(row)]));
      for (const [index, revision] of revisions.entries()) entries[index] ??= read.get(revision);
    }
    return entries as Entry[];
  }

  #keep(row: Row): Entry {
    const entry = entryOf(row);
    this.#cache.add(entry);
    return entry;
  }
}

const isExpired = (row: Row, nowMs: number): boolean => {
  const expiresAt = row.expires_at as number | null | undefined;
  return expiresAt !== undefined && expiresAt !== null && expiresAt <= nowMs;
};
