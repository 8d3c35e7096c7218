import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Alias, Change, Entry } from '@cfg/core';
import type {
  EngineReader,
  Head,
  HistoryRange,
  Range,
  Sealer,
  SearchRange,
  SearchStretch,
  TrailRange,
  TrailStretch,
} from '@cfg/core/store';
import type { EntryCache } from './entry-cache.js';
import { RowDamage } from './fault.js';
import { HeadReader } from './head-reader.js';
import { keyRange } from './key-range.js';
import { KeyRows } from './key-rows.js';
import { aliasOf, changeColumns, changeOf, entryOf, pointed, upTo } from './rows.js';
import { SearchReader } from './search-reader.js';
import { TrailReader } from './trail-reader.js';

/** Reads what the file holds, on a connection of its own. */
export class Reader implements EngineReader {
  readonly logId: string;
  readonly #db: DatabaseSync;
  readonly #cache: EntryCache;
  readonly #sealer: Sealer;
  readonly #head: HeadReader;
  readonly #keys: KeyRows;
  readonly #search: SearchReader;
  readonly #trail: TrailReader;
  readonly #revisionOf: StatementSync;
  readonly #entry: StatementSync;
  readonly #changes: StatementSync;
  readonly #nextExpiry: StatementSync;
  readonly #namespaceRevision: StatementSync;
  readonly #namespaces: StatementSync;
  readonly #everyNamespace: StatementSync;
  readonly #counts: StatementSync;
  readonly #alias: StatementSync;
  readonly #aliases: StatementSync;

  constructor(db: DatabaseSync, cache: EntryCache, historyLimit: number, sealer: Sealer) {
    this.#db = db;
    this.#cache = cache;
    this.#sealer = sealer;
    this.#head = new HeadReader(db);
    this.#keys = new KeyRows(db, cache, historyLimit, sealer);
    this.#search = new SearchReader(db, (revisions) => this.#keys.entries(revisions));
    this.#trail = new TrailReader(db, sealer);
    this.logId = this.#head.read().logId;
    this.#revisionOf = db.prepare('SELECT revision, version FROM entries WHERE namespace = ? AND key = ?');
    this.#entry = db.prepare(`
      SELECT entries.revision AS at, entries.version AS version_at, ${changeColumns}
      FROM entries LEFT JOIN changes USING (revision)
      WHERE entries.namespace = ? AND entries.key = ?`);
    this.#changes = db.prepare(`
      SELECT ${changeColumns} FROM changes WHERE revision > ? ORDER BY revision ${upTo}`);
    this.#nextExpiry = db.prepare('SELECT min(expires_at) AS next FROM entries WHERE expires_at IS NOT NULL');
    this.#namespaceRevision = db.prepare('SELECT revision FROM namespaces WHERE name = ?');
    this.#namespaces = db.prepare(`
      SELECT name FROM namespaces
      WHERE entries > 0 AND name >= ? AND name < ? ORDER BY name ${upTo}`);
    this.#everyNamespace = db.prepare('SELECT name FROM namespaces ORDER BY name');
    this.#counts = db.prepare('SELECT name, entries FROM namespaces WHERE entries > 0 ORDER BY name');
    this.#alias = db.prepare('SELECT * FROM aliases WHERE alias = ?');
    this.#aliases = db.prepare('SELECT * FROM aliases ORDER BY alias');
  }

  /** Runs `read` so that everything it reads is of one moment, whatever other connections write meanwhile. */
  transaction<T>(read: () => T): T {
    this.#db.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#db.exec('ROLLBACK');
    }
  }

  /** The key's entry, also if it has expired. */
  get(namespace: string, key: string): Entry | undefined {
    const found = this.#revisionOf.get(namespace, key);
    if (found === undefined) return undefined;
    const cached = this.#cache.get(found.revision as number);
    if (cached !== undefined) return pointed({ key, ...(found as { revision: number; version: number }) }, cached);
    // Found anew rather than by its revision, which another process may have replaced and compacted by now.
    const row = this.#entry.get(namespace, key);
    if (row === undefined) return undefined;
    const pointer = { key, revision: row.at as number, version: row.version_at as number };
    const entry = pointed(pointer, row.revision === null ? undefined : entryOf(row, this.#sealer));
    this.#cache.add(entry);
    return entry;
  }

  nextExpiry(): number | undefined {
    return (this.#nextExpiry.get()?.next ?? undefined) as number | undefined;
  }

  /** Up to `limit` changes after `after`, without a hole: what was compacted is left out at the beginning. */
  changes(after: number, limit: number): Change[] {
    return this.transaction(() => {
      const { oldestRevision } = this.head();
      const first = Math.max(after, oldestRevision) + 1;
      return this.#changes.all(first - 1, limit).map((row, index) => {
        const change = changeOf(row, this.#sealer);
        if (change.revision === first + index) return change;
        throw new RowDamage(first + index, `the change of revision ${first + index}`);
      });
    });
  }

  trail(range: TrailRange): TrailStretch {
    return this.#trail.read(range, this.head());
  }

  head(): Head {
    return this.#head.read();
  }

  states(namespace: string, keys: readonly string[]): Entry[] {
    return this.#keys.states(namespace, keys);
  }

  range(range: Range): Entry[] {
    return this.#keys.range(range);
  }

  history(range: HistoryRange): Entry[] {
    return this.#keys.history(range);
  }

  nearest(namespace: string, keys: readonly string[], revision: number): (Entry | undefined)[] {
    return this.#keys.nearest(namespace, keys, revision);
  }

  namespaceRevision(namespace: string): number {
    return (this.#namespaceRevision.get(namespace)?.revision ?? 0) as number;
  }

  namespaces(prefix: string, after: string, limit: number): string[] {
    const most = Math.min(limit, Number.MAX_SAFE_INTEGER);
    // The default namespace, whose name is empty, comes before all others.
    return this.#namespaces.all(...keyRange(prefix, after), most).map((row) => row.name as string);
  }

  everyNamespace(): string[] {
    return this.#everyNamespace.all().map((row) => row.name as string);
  }

  counts(): Map<string, number> {
    return new Map(this.#counts.all().map((row) => [row.name as string, row.entries as number]));
  }

  search(range: SearchRange): SearchStretch {
    return this.#search.search(range);
  }

  alias(name: string): Alias | undefined {
    const row = this.#alias.get(name);
    return row && aliasOf(row);
  }

  aliases(): Alias[] {
    return this.#aliases.all().map(aliasOf);
  }
}
