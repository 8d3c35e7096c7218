import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change } from '@cfg/core';
import type { Head, Sealer, TrailRange, TrailStretch } from '@cfg/core/store';
import { changeColumns, changeOf, trailColumns, trailedOf } from './rows.js';

/** How many revisions one stretch goes through, so that it holds the event loop for some ten milliseconds at most. */
const stretchSize = 10_000;

/** Reads who wrote what: from the log's window and, before it, from what is remembered of it. */
export class TrailReader {
  readonly #sealer: Sealer;
  readonly #window: StatementSync;
  readonly #past: StatementSync;
  readonly #first: StatementSync;

  constructor(db: DatabaseSync, sealer: Sealer) {
    this.#sealer = sealer;
    // An alias change has no namespace there.
    const stretch = (columns: string, from: string, table: string): StatementSync =>
      db.prepare(`
        SELECT ${columns} FROM ${from}
        WHERE ${table}.revision >= :from AND ${table}.revision < :to
          AND (:type IS NULL OR ${table}.type = :type) AND (:namespace IS NULL OR ${table}.namespace = :namespace)
          AND (:key IS NULL OR ${table}.key = :key) AND (:author IS NULL OR ${table}.author = :author)
          AND ${table}.updated_at >= :fromMs AND ${table}.updated_at < :toMs
        ORDER BY ${table}.revision DESC`);
    this.#window = stretch(changeColumns, 'changes', 'changes');
    this.#past = stretch(trailColumns, 'trail LEFT JOIN changes USING (revision)', 'trail');
    this.#first = db.prepare('SELECT min(revision) AS revision FROM trail');
  }

  read(range: TrailRange, { revision, oldestRevision }: Head): TrailStretch {
    const end = Math.min(range.before, revision + 1);
    const begin = Math.max(end - stretchSize, 0);
    const first = (this.#first.get()?.revision ?? oldestRevision + 1) as number;
    const filter = {
      type: range.type ?? null,
      namespace: range.namespace ?? null,
      key: range.key ?? null,
      author: range.author ?? null,
      fromMs: bounded(range.fromMs),
      toMs: bounded(range.toMs),
    };
    const changes: Change[] = [];
    let bytes = 0;
    for (const row of this.#rows(filter, begin, end, oldestRevision)) {
      changes.push(row);
      bytes += row.entry.size;
      if (changes.length >= range.limit || (bytes > range.maxBytes && changes.length > 1)) break;
    }
    return { changes, next: begin > first ? begin : 0 };
  }

  *#rows(filter: Record<string, string | number | null>, begin: number, end: number, oldest: number): Iterable<Change> {
    const window = { ...filter, from: Math.max(begin, oldest + 1), to: end };
    for (const row of this.#window.iterate(window)) yield changeOf(row, this.#sealer);
    const past = { ...filter, from: begin, to: Math.min(end, oldest + 1) };
    for (const row of this.#past.iterate(past)) yield trailedOf(row, this.#sealer);
  }
}

/** Infinite bounds are not numbers to SQLite. */
const bounded = (value: number): number => Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
