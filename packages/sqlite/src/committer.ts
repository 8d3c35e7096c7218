import type { DatabaseSync } from 'node:sqlite';
import type { CompactionState } from '@cfg/core';
import { applyAll, type Commit, type Operation, runNow, type Sealer, Transaction } from '@cfg/core/store';
import { Compaction, type Limits } from './compaction.js';
import { Drops } from './drops.js';
import { FileDamage } from './fault.js';
import { HeadReader } from './head-reader.js';
import { SearchIndex } from './search-index.js';
import { Sweep } from './sweep.js';
import { Tables } from './tables.js';
import { Trail } from './trail.js';

/** Commits batches of operations on a connection of its own: one batch, one transaction, one wait for the disk. */
export class Committer {
  readonly #db: DatabaseSync;
  readonly #head: HeadReader;
  readonly #tables: Tables;
  readonly #compaction: Compaction;
  readonly #index: SearchIndex;
  readonly #sweep: Sweep;
  readonly #trail: Trail;
  readonly #drops: Drops;
  /** The newest revision that it has committed. */
  #newest = 0;
  /** Whether a commit waits for the disk, as SQLite has it. */
  readonly #synchronous: number;

  constructor(db: DatabaseSync, limits: Limits, sealer: Sealer) {
    this.#db = db;
    this.#head = new HeadReader(db);
    this.#tables = new Tables(db, limits.historyLimit, sealer);
    this.#synchronous = Number(db.prepare('PRAGMA synchronous').get()?.synchronous);
    this.#index = new SearchIndex(db, sealer);
    this.#trail = new Trail(db, limits.trailAgeMs);
    this.#drops = new Drops(this.#index);
    this.#compaction = new Compaction(db, limits, this.#drops, this.#trail);
    this.#sweep = new Sweep(db, limits, this.#drops);
  }

  /** The counts of what it has dropped. */
  get compaction(): CompactionState {
    return this.#drops.meter.state;
  }

  /** Begins the index for searches, or drops it, unless it is as wanted. Throws as {@link commit} does. */
  switchIndex(on: boolean): void {
    this.#transaction(() => this.#index.switch(on));
  }

  /** Does a little of what need not be done within a commit. Returns whether there is more. Throws as {@link commit}. */
  upkeep(nowMs: number): boolean {
    // It can be done again: the disk need not have it, but with the next commit.
    this.#db.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.#transaction(() => {
        const { revision } = this.#head.read();
        this.#tables.begin();
        const isShort = this.#compaction.step(revision, this.#tables.finish(), nowMs);
        const isSweeping = this.#sweep.step(nowMs);
        const isPruning = this.#trail.prune(nowMs);
        return this.#index.step() || isShort || isSweeping || isPruning;
      });
    } finally {
      this.#db.exec(`PRAGMA synchronous = ${this.#synchronous}`);
    }
  }

  /** If this throws, nothing was done. Throws SQLite's busy error while another process writes, and {@link KeysChanged}. */
  commit(operations: readonly Operation[], nowMs: number): Commit {
    const commit = this.#transaction(() => {
      // Another process may have written since: what is in memory does not count here.
      const { revision, oldestRevision } = this.#head.read();
      // An older file was written over this one.
      if (revision < this.#newest) throw new FileDamage(`its log ends at revision ${revision}, not ${this.#newest}`);
      this.#tables.begin();
      const transaction = new Transaction(this.#tables, revision, nowMs);
      const outcomes = runNow(applyAll(transaction, operations));
      const logBytes = this.#tables.finish();
      const { changes } = transaction;
      if (changes.length === 0) return { outcomes, changes, oldestRevision };
      return { outcomes, changes, oldestRevision: this.#compaction.run(changes, transaction.revision, logBytes) };
    });
    this.#newest = commit.changes.at(-1)?.revision ?? this.#newest;
    return commit;
  }

  /** Makes sure that a write goes through, down to the disk. Throws what SQLite does if not. */
  probe(): void {
    this.#transaction(() => this.#db.exec('UPDATE log SET oldest_revision = oldest_revision'));
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      this.#drops.end(true);
      return result;
    } catch (error) {
      this.#drops.end(false);
      try {
        this.#db.exec('ROLLBACK');
      } catch {
        // After some errors SQLite has rolled back by itself, and says that there is nothing to roll back.
      }
      throw error;
    }
  }
}
