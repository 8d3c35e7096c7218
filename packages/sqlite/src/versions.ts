import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Entry, keyNotFound } from '@cfg/core';
import { place } from './compaction.js';
import { entryColumns, entryOf } from './rows.js';

export interface HistoryRange {
  readonly namespace: string;
  readonly key: string;
  /** This version only; 0: all. */
  readonly version: number;
  /** Only changes before this revision. */
  readonly before: number;
  readonly limit: number;
  readonly includeDeleted: boolean;
}

/** Reads the history of keys. */
export class Versions {
  readonly #historyLimit: number;
  readonly #last: StatementSync;
  readonly #lastDeleted: StatementSync;
  readonly #sets: StatementSync;
  readonly #all: StatementSync;

  constructor(db: DatabaseSync, historyLimit: number) {
    this.#historyLimit = historyLimit;
    this.#last = db.prepare('SELECT version FROM entries WHERE namespace = ? AND key = ?');
    this.#lastDeleted = db.prepare('SELECT version FROM tombstones WHERE namespace = ? AND key = ?');
    const history = (type: string): StatementSync =>
      db.prepare(`
        SELECT ${entryColumns} FROM changes
        WHERE namespace = ? AND key = ? AND version >= ? AND version <= ? AND ${place} > ?
          AND revision < ? AND ${type}
        ORDER BY version DESC, revision DESC LIMIT ?`);
    this.#sets = history("type = 'set'");
    this.#all = history('true');
  }

  /** Newest first; none before the kept versions, even if the log still has them. Throws `not_found`. */
  read({ namespace, key, version, before, limit, includeDeleted }: HistoryRange): Entry[] {
    let last = this.#last.get(namespace, key);
    if (last === undefined && includeDeleted) last = this.#lastDeleted.get(namespace, key);
    if (last === undefined) throw keyNotFound(namespace, key);
    const newest = last.version as number;
    const dropped = newest - this.#historyLimit;
    const [from, to] = version > 0 ? [Math.max(version, dropped), version] : [dropped, newest];
    const statement = includeDeleted ? this.#all : this.#sets;
    const most = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER);
    return statement.all(namespace, key, from, to, dropped, most(before), most(limit)).map(entryOf);
  }
}
