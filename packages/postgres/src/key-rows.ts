import type { Entry } from '@cfg/core';
import type { HistoryRange, KeyReader, Range, Sealer } from '@cfg/core/store';
import { keyRange } from './key-range.js';
import { type ChangeRow, entryOf } from './rows.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';

/** How many entries are asked for at a time where a page ends by its bytes, so that one of large ones stops in time. */
const blockSize = 128;

/** Reads keys and their history within a transaction. */
export class KeyRows implements KeyReader {
  readonly #session: Session;
  readonly #statements: Statements;
  readonly #historyLimit: number;
  readonly #sealer: Sealer;

  constructor(session: Session, statements: Statements, historyLimit: number, sealer: Sealer) {
    this.#sealer = sealer;
    this.#session = session;
    this.#statements = statements;
    this.#historyLimit = historyLimit;
  }

  /** Last states, tombstones included, in key order; those of keys that never existed are left out. */
  async states(namespace: string, keys: readonly string[]): Promise<readonly Entry[]> {
    const rows = await this.#session.query<ChangeRow>(this.#statements.states, [namespace, keys]);
    return rows.map((row) => entryOf(row, this.#sealer));
  }

  range({ namespace, prefix, after, limit, maxBytes, includeDeleted }: Range): Promise<readonly Entry[]> {
    const text = includeDeleted ? this.#statements.all : this.#statements.live;
    return this.#blocks(limit, maxBytes, (last, count, bytes) => {
      const [from, to] = keyRange(prefix, last?.key ?? after);
      return this.#session.query<ChangeRow>(text, [namespace, from, to, count, bytes]);
    });
  }

  /** None before the kept versions, even if the log still has them. */
  history(range: HistoryRange): Promise<readonly Entry[]> {
    const { namespace, key, version, includeDeleted } = range;
    return this.#blocks(range.limit, range.maxBytes, (last, count, bytes) => {
      const before = bounded(Math.min(range.before, last?.revision ?? range.before));
      return this.#session.query<ChangeRow>(this.#statements.history, [
        namespace,
        key,
        this.#historyLimit,
        before,
        includeDeleted,
        version,
        count,
        bytes,
      ]);
    });
  }

  async nearest(namespace: string, keys: readonly string[], revision: number): Promise<readonly (Entry | undefined)[]> {
    const rows = await this.#session.query<ChangeRow & { at: number }>(this.#statements.nearest, [
      namespace,
      keys,
      revision,
    ]);
    const found = new Map(rows.map((row) => [row.at, entryOf(row, this.#sealer)]));
    return keys.map((_, index) => found.get(index + 1));
  }

  /** Entries, block by block, up to `limit`, or to the one that exceeds `maxBytes`. */
  async #blocks(
    limit: number,
    maxBytes: number,
    read: (last: Entry | undefined, count: number, maxBytes: number) => Promise<readonly ChangeRow[]>,
  ): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    const most = maxBytes === Number.POSITIVE_INFINITY ? limit : blockSize;
    let bytes = 0;
    while (entries.length < limit) {
      const count = Math.min(most, limit - entries.length);
      const rows = await read(entries.at(-1), bounded(count), bounded(maxBytes - bytes));
      for (const row of rows) {
        const entry = entryOf(row, this.#sealer);
        entries.push(entry);
        bytes += entry.size;
        if (bytes > maxBytes && entries.length > 1) return entries;
      }
      if (rows.length < count) return entries;
    }
    return entries;
  }
}

/** PostgreSQL's integers end somewhere. */
const bounded = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER);
