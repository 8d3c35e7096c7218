import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Alias, type Change, type Entry, valueTypeNumber } from '@cfg/core';
import type { HistoryRange, Range, Sealer, WriteTables } from '@cfg/core/store';
import { aliasChecksum, changeChecksum } from './checksum.js';
import { changeWeight } from './compaction.js';
import { EntryCache } from './entry-cache.js';
import { KeysChanged, unlessDamaged } from './fault.js';
import { KeyRows } from './key-rows.js';
import { aliasOf, changeColumns, changeOf, entryOf, pointed, stateColumns, stateOf, upTo } from './rows.js';

/** The tables, as the writer changes them. To be called within its transaction only. */
export class Tables implements WriteTables {
  readonly #sealer: Sealer;
  readonly #keys: KeyRows;
  readonly #entry: StatementSync;
  readonly #tombstone: StatementSync;
  readonly #bytesOf: StatementSync;
  readonly #byRequest: StatementSync;
  readonly #nextExpiry: StatementSync;
  readonly #due: StatementSync;
  readonly #logBytes: StatementSync;
  readonly #activeKey: StatementSync;
  readonly #insertChange: StatementSync;
  readonly #putEntry: StatementSync;
  readonly #putTombstone: StatementSync;
  readonly #dropEntry: StatementSync;
  readonly #dropTombstone: StatementSync;
  readonly #touch: StatementSync;
  readonly #tally: StatementSync;
  readonly #alias: StatementSync;
  readonly #isTarget: StatementSync;
  readonly #isKey: StatementSync;
  readonly #insertAlias: StatementSync;
  readonly #deleteAlias: StatementSync;
  /** The additions of the transaction to the namespaces, written at its end. */
  #tallies = new Map<string, { revision: number; added: number }>();
  #bytes = 0;

  constructor(db: DatabaseSync, historyLimit: number, sealer: Sealer) {
    this.#sealer = sealer;
    // Without a cache: a revision of a transaction that is rolled back is used again for something else.
    this.#keys = new KeyRows(db, new EntryCache(0), historyLimit, sealer);
    const last = (table: string): StatementSync =>
      db.prepare(`
        SELECT ${table}.revision AS at, ${table}.version AS version_at, ${stateColumns}
        FROM ${table} LEFT JOIN changes USING (revision)
        WHERE ${table}.namespace = ? AND ${table}.key = ?`);
    this.#entry = last('entries');
    this.#tombstone = last('tombstones');
    this.#bytesOf = db.prepare('SELECT bytes FROM changes WHERE revision = ?');
    this.#byRequest = db.prepare(`
      SELECT ${changeColumns} FROM changes
      WHERE namespace = ? AND request_id = ? AND revision > (SELECT oldest_revision FROM log) ORDER BY revision`);
    this.#nextExpiry = db.prepare('SELECT min(expires_at) AS next FROM entries WHERE expires_at IS NOT NULL');
    this.#due = db.prepare(`
      SELECT ${changeColumns} FROM entries JOIN changes USING (revision)
      WHERE entries.expires_at <= ? ORDER BY entries.expires_at, entries.namespace, entries.key ${upTo}`);
    this.#logBytes = db.prepare('SELECT log_bytes FROM changes ORDER BY revision DESC LIMIT 1');
    this.#activeKey = db.prepare("SELECT id FROM data_keys WHERE state = 'active'");
    // An empty array may arrive as NULL.
    this.#insertChange = db.prepare(`
      INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, x''), ?, ?)`);
    this.#putEntry = db.prepare(`
      INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
      SET revision = excluded.revision, version = excluded.version, expires_at = excluded.expires_at`);
    this.#putTombstone = db.prepare('INSERT INTO tombstones VALUES (?, ?, ?, ?)');
    this.#dropEntry = db.prepare('DELETE FROM entries WHERE namespace = ? AND key = ?');
    this.#dropTombstone = db.prepare('DELETE FROM tombstones WHERE namespace = ? AND key = ?');
    // Apart from the other, as that one writes the index by counts too.
    this.#touch = db.prepare('UPDATE namespaces SET revision = ? WHERE name = ?');
    this.#tally = db.prepare(`
      INSERT INTO namespaces VALUES (?, ?, ?) ON CONFLICT DO UPDATE
      SET revision = excluded.revision, entries = entries + excluded.entries`);
    this.#alias = db.prepare('SELECT * FROM aliases WHERE alias = ?');
    this.#isTarget = db.prepare('SELECT 1 FROM aliases WHERE target = ? LIMIT 1');
    this.#isKey = db.prepare('SELECT 1 FROM entries WHERE key = ? AND (expires_at IS NULL OR expires_at > ?) LIMIT 1');
    this.#insertAlias = db.prepare('INSERT INTO aliases VALUES (?, ?, ?, ?, ?, ?)');
    this.#deleteAlias = db.prepare('DELETE FROM aliases WHERE alias = ?');
  }

  /**
   * Call this first in every transaction: others may have written since the last. Throws {@link KeysChanged} where
   * another process has made a data key that this one has not loaded.
   */
  begin(): void {
    this.#tallies.clear();
    const active = this.#activeKey.get()?.id as number | undefined;
    if (active !== undefined && !this.#sealer.knows(active)) throw new KeysChanged();
    this.#sealer.activate(active);
    this.#bytes = (this.#logBytes.get()?.log_bytes ?? 0) as number;
  }

  /** Writes what is counted per namespace. Call this last in every transaction. Returns the bytes of the whole log. */
  finish(): number {
    for (const [namespace, { revision, added }] of this.#tallies) {
      const isTouched = added === 0 && this.#touch.run(revision, namespace).changes > 0;
      if (!isTouched) this.#tally.run(namespace, revision, added);
    }
    return this.#bytes;
  }

  last(namespace: string, key: string): Entry | undefined {
    const row = this.#entry.get(namespace, key) ?? this.#tombstone.get(namespace, key);
    if (row === undefined) return undefined;
    const pointer = { key, revision: row.at as number, version: row.version_at as number };
    const read = (revision: number): Uint8Array => this.#bytesOf.get(revision)?.bytes as Uint8Array;
    return pointed(pointer, row.revision === null ? undefined : stateOf(row, this.#sealer, read));
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

  byRequest(namespace: string, requestId: string): Change[] {
    return this.#byRequest.all(namespace, requestId).map((row) => changeOf(row, this.#sealer));
  }

  due(nowMs: number, limit: number): Entry[] {
    const next = this.#nextExpiry.get()?.next as number | null;
    if (next === null || next > nowMs) return [];
    // One that is damaged stays, and holds up no other: whoever asks for it is told.
    return this.#due.all(nowMs, limit).flatMap((row) => {
      const entry = unlessDamaged(() => entryOf(row, this.#sealer));
      return (entry?.expiresAtMs ?? Number.POSITIVE_INFINITY) <= nowMs ? [entry as Entry] : [];
    });
  }

  alias(name: string): Alias | undefined {
    const row = this.#alias.get(name);
    return row && aliasOf(row);
  }

  isTarget(name: string): boolean {
    return this.#isTarget.get(name) !== undefined;
  }

  isKey(name: string, nowMs: number): boolean {
    return this.#isKey.get(name, nowMs) !== undefined;
  }

  check(entry: Entry): void {
    this.#sealer.check(entry);
  }

  put(change: Change, last: Entry | undefined): void {
    const { entry } = change;
    const { namespace, key, revision, version } = entry;
    this.#append(change, namespace);
    if (entry.deleted) {
      this.#dropEntry.run(namespace, key);
      this.#putTombstone.run(namespace, key, revision, version);
    } else {
      if (last?.deleted) this.#dropTombstone.run(namespace, key);
      this.#putEntry.run(namespace, key, revision, version, entry.expiresAtMs ?? null);
    }
    const tally = this.#tallies.get(namespace) ?? { revision: 0, added: 0 };
    tally.revision = revision;
    tally.added += (entry.deleted ? 0 : 1) - (last === undefined || last.deleted ? 0 : 1);
    this.#tallies.set(namespace, tally);
  }

  putAlias(change: Change, alias: Alias): void {
    // Without a namespace, which keeps it out of the keys' history.
    this.#append(change, null);
    const { target, version, revision, createdAtMs } = alias;
    if (change.type === 'alias_set') {
      const checksum = aliasChecksum({ alias: alias.alias, target, version, revision, created_at: createdAtMs });
      this.#insertAlias.run(alias.alias, target, version, revision, createdAtMs, checksum);
    } else this.#deleteAlias.run(alias.alias);
  }

  #append(change: Change, namespace: string | null): void {
    const { type, entry, revision, requestId, more } = change;
    const { bytes, dek } = this.#sealer.keep(entry);
    this.#bytes += changeWeight(entry);
    const row = {
      revision,
      type,
      namespace,
      key: entry.key,
      version: entry.version,
      codec: entry.codec,
      value_type: valueTypeNumber(entry.type),
      created_at: entry.createdAtMs,
      updated_at: entry.updatedAtMs,
      expires_at: entry.expiresAtMs ?? null,
      request_id: requestId || null,
      author: entry.author || null,
      comment: entry.comment || null,
      more: more ? 1 : 0,
      bytes,
      dek,
    };
    this.#insertChange.run(
      row.revision,
      row.type,
      row.namespace,
      row.key,
      row.version,
      row.codec,
      row.value_type,
      row.created_at,
      row.updated_at,
      row.expires_at,
      row.request_id,
      row.author,
      row.comment,
      row.more,
      this.#bytes,
      bytes,
      dek,
      changeChecksum(row),
    );
  }
}
