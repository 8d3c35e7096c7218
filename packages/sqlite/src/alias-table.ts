import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Alias, aliasNotFound } from '@cfg/core';
import { aliasOf } from './rows.js';

/** The aliases, on either connection. */
export class AliasTable {
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #isTarget: StatementSync;
  readonly #isKey: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  constructor(db: DatabaseSync) {
    this.#get = db.prepare('SELECT * FROM aliases WHERE alias = ?');
    this.#list = db.prepare('SELECT * FROM aliases ORDER BY alias');
    this.#isTarget = db.prepare('SELECT 1 FROM aliases WHERE target = ? LIMIT 1');
    this.#isKey = db.prepare('SELECT 1 FROM entries WHERE key = ? AND (expires_at IS NULL OR expires_at > ?) LIMIT 1');
    this.#insert = db.prepare('INSERT INTO aliases VALUES (?, ?, ?, ?, ?)');
    this.#delete = db.prepare('DELETE FROM aliases WHERE alias = ?');
  }

  /** Throws `not_found`. */
  get(alias: string): Alias {
    const row = this.#get.get(alias);
    if (row === undefined) throw aliasNotFound(alias);
    return aliasOf(row);
  }

  has(alias: string): boolean {
    return this.#get.get(alias) !== undefined;
  }

  list(): Alias[] {
    return this.#list.all().map(aliasOf);
  }

  isTarget(name: string): boolean {
    return this.#isTarget.get(name) !== undefined;
  }

  /** Whether any namespace has a key of that name. */
  isKey(name: string, nowMs: number): boolean {
    return this.#isKey.get(name, nowMs) !== undefined;
  }

  insert({ alias, target, version, revision, createdAtMs }: Alias): void {
    this.#insert.run(alias, target, version, revision, createdAtMs);
  }

  delete(alias: string): void {
    this.#delete.run(alias);
  }
}
