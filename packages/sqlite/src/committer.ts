import type { DatabaseSync } from 'node:sqlite';
import { type Change, isConfigError } from '@cfg/core';
import { AliasTable } from './alias-table.js';
import { Compaction } from './compaction.js';
import { HeadReader } from './head.js';
import type { Operation, Outcome } from './operation.js';
import { Tables } from './tables.js';
import { Transaction } from './transaction.js';

/** Most deletions by expiry that are added to one commit, so that many that fall due at once do not hold it up. */
const maxDue = 1_000;

/** What a commit did. */
export interface Commit {
  /** One for each operation, in their order. */
  readonly outcomes: readonly Outcome[];
  /** What it added to the log; deletions by expiry included. */
  readonly changes: readonly Change[];
  readonly oldestRevision: number;
}

/** Commits batches of operations on a connection of its own: one batch, one transaction, one wait for the disk. */
export class Committer {
  readonly #db: DatabaseSync;
  readonly #head: HeadReader;
  readonly #tables: Tables;
  readonly #aliases: AliasTable;
  readonly #compaction: Compaction;

  constructor(db: DatabaseSync, limits: { readonly historyLimit: number; readonly logLimit: number }) {
    this.#db = db;
    this.#head = new HeadReader(db);
    this.#tables = new Tables(db);
    this.#aliases = new AliasTable(db);
    this.#compaction = new Compaction(db, limits);
  }

  /**
   * Decides and writes the operations, and what is due by expiry before them. An operation that the rules refuse fails
   * alone; if this throws, none was done. Throws SQLite's busy error while another process writes.
   */
  commit(operations: readonly Operation[], nowMs: number): Commit {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      // Another process may have written since: what is in memory does not count here.
      const { revision, oldestRevision } = this.#head.read();
      const transaction = new Transaction(this.#tables, this.#aliases, revision, nowMs);
      transaction.expire(maxDue);
      const outcomes = operations.map((operation) => attempt(transaction, operation));
      transaction.finish();
      const { changes } = transaction;
      const oldest =
        changes.length === 0 ? oldestRevision : this.#compaction.run(changes, transaction.revision, oldestRevision);
      this.#db.exec('COMMIT');
      return { outcomes, changes, oldestRevision: oldest };
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /** Whether a write goes through, down to the disk. Throws what SQLite does if not. */
  probe(): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#db.exec('UPDATE log SET oldest_revision = oldest_revision; COMMIT');
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #rollback(): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // After some errors SQLite has rolled back by itself, and says that there is nothing to roll back.
    }
  }
}

function attempt(transaction: Transaction, operation: Operation): Outcome {
  try {
    return { done: true, answer: transaction.apply(operation) };
  } catch (error) {
    if (isConfigError(error)) return { done: false, error };
    throw error;
  }
}
