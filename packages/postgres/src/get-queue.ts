import type { Entry } from '@cfg/core';
import type { Sealer } from '@cfg/core/store';
import type { Database } from './database.js';
import { type ChangeRow, entryOf } from './rows.js';
import type { Statements } from './statements.js';

/** How many statements are under way at once before keys wait for one another. */
const maxRunning = 4;

/** How many keys one statement reads at most: their values may be large. */
const maxTogether = 32;

interface Waiting {
  readonly namespace: string;
  readonly key: string;
  resolve(entry: Entry | undefined): void;
  reject(error: unknown): void;
}

/**
 * Reads single keys. Those that are asked for while several statements are under way are read by the next one together,
 * which begins after they were asked for: an answer is never older than its question.
 */
export class GetQueue {
  readonly #database: Database;
  readonly #statements: Pick<Statements, 'get' | 'getMany'>;
  readonly #sealer: Sealer;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(database: Database, statements: Pick<Statements, 'get' | 'getMany'>, sealer: Sealer) {
    this.#database = database;
    this.#statements = statements;
    this.#sealer = sealer;
  }

  /** Rejects with the driver's error. */
  async get(namespace: string, key: string): Promise<Entry | undefined> {
    if (this.#running >= maxRunning) {
      return new Promise((resolve, reject) => this.#waiting.push({ namespace, key, resolve, reject }));
    }
    this.#running += 1;
    try {
      const [row] = await this.#database.query<ChangeRow>(this.#statements.get, [namespace, key]);
      return row && entryOf(row, this.#sealer);
    } finally {
      this.#next();
    }
  }

  /** A statement has ended: those that wait are read by the next. */
  #next(): void {
    this.#running -= 1;
    const together = this.#waiting.splice(0, maxTogether);
    if (together.length === 0) return;
    this.#running += 1;
    void this.#read(together).finally(() => this.#next());
  }

  async #read(together: readonly Waiting[]): Promise<void> {
    try {
      const names = [together.map(({ namespace }) => namespace), together.map(({ key }) => key)];
      const rows = await this.#database.query<ChangeRow & { at: number }>(this.#statements.getMany, names);
      const found = new Map(rows.map((row) => [row.at - 1, row]));
      for (const [at, each] of together.entries()) this.#answer(each, found.get(at));
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }

  /** A value that cannot be opened fails its own caller only. */
  #answer({ resolve, reject }: Waiting, row: ChangeRow | undefined): void {
    try {
      resolve(row && entryOf(row, this.#sealer));
    } catch (error) {
      reject(error);
    }
  }
}
