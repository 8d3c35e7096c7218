import type { CompactionState, Logger } from '@cfg/core';
import { applyAll, type Commit, CompactionMeter, type Operation, run, type Sealer, Transaction } from '@cfg/core/store';
import { Compaction, type Limits } from './compaction.js';
import type { Database } from './database.js';
import { CommitUnknown, isConnectionLost, KeysChanged } from './fault.js';
import { headOf, type LogRow } from './reader.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';
import { Sweep } from './sweep.js';
import { Tables } from './tables.js';

/** A commit, and the newest revision as of it: the caller knows of it now. */
export interface Committed extends Commit {
  readonly revision: number;
}

/**
 * Commits batches of operations: one batch, one transaction, two round trips. The row of the log is locked first, so that
 * the revisions of all servers are in the order of their commits.
 */
export class Committer {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #limits: Limits;
  readonly #sealer: Sealer;
  readonly #origin: string;
  readonly #logger: Logger;
  readonly #compaction: Compaction;
  readonly #sweep: Sweep;
  readonly #meter = new CompactionMeter();
  #compacting: Promise<void> | undefined;
  #closed = false;

  /** `origin` names this server to the others that are woken. */
  constructor(
    database: Database,
    statements: Statements,
    limits: Limits,
    sealer: Sealer,
    origin: string,
    logger: Logger,
  ) {
    this.#sealer = sealer;
    this.#database = database;
    this.#statements = statements;
    this.#limits = limits;
    this.#origin = origin;
    this.#logger = logger;
    this.#compaction = new Compaction(database, statements, limits, this.#meter);
    this.#sweep = new Sweep(database, statements, limits, this.#meter);
  }

  /** The counts of what this server has dropped. */
  get compaction(): CompactionState {
    return this.#meter.state;
  }

  /** If this throws, as {@link KeysChanged}, nothing was done, unless it throws {@link CommitUnknown}. */
  commit(operations: readonly Operation[], nowMs: number): Promise<Committed> {
    return this.#database.write<LogRow, Committed>(this.#statements.lock, async (session, rows) => {
      const tables = new Tables(session, this.#statements, this.#limits.historyLimit, this.#sealer);
      const active = session.query<{ id: number }>(this.#statements.activeKey);
      const [locked, [key]] = await Promise.all([rows, active, tables.load(operations, nowMs)]);
      if (key !== undefined && !this.#sealer.knows(key.id)) throw new KeysChanged();
      this.#sealer.activate(key?.id);
      const head = headOf(locked);
      tables.begin(head.logBytes);
      const transaction = new Transaction(tables, head.revision, nowMs);
      const outcomes = await run(applyAll(transaction, operations));
      const { changes } = transaction;
      const { oldestRevision, oldestBytes } = head;
      if (changes.length === 0) {
        await session.script('ROLLBACK');
        return { outcomes, changes, oldestRevision, revision: transaction.revision };
      }
      await commit(session, tables.flush(this.#origin));
      const isDue = this.#compaction.isDue(transaction.revision, oldestRevision, tables.logBytes - oldestBytes);
      if (isDue) this.tend(nowMs);
      return { outcomes, changes, oldestRevision, revision: transaction.revision };
    });
  }

  /** Waits for work that is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#compacting;
  }

  /** Drops what need not be kept, beside the commits and one step at a time. */
  tend(nowMs: number): void {
    if (this.#closed) return;
    this.#compacting ??= this.#tend(nowMs).finally(() => {
      this.#compacting = undefined;
    });
  }

  async #tend(nowMs: number): Promise<void> {
    try {
      while (!this.#closed && (await this.#compaction.run(nowMs)).more);
      await this.#sweep.run(nowMs, () => !this.#closed);
    } catch (error) {
      // It is tried again with one of the next commits, or in a minute.
      this.#logger.warn({ err: error }, 'the log could not be compacted');
    }
  }
}

/** Sends the commit right behind what is being written. */
async function commit(session: Session, written: Promise<void>): Promise<void> {
  const committed = session.script('COMMIT');
  const [flush, end] = await Promise.allSettled([written, committed]);
  for (const result of [flush, end]) {
    if (result.status === 'fulfilled') continue;
    // Where the database answered the first with an error, it took the second for a rollback.
    throw isConnectionLost(result.reason) ? new CommitUnknown(result.reason) : result.reason;
  }
}
