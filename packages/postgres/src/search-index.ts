import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cfg/core';
import { type Sealer, searchedValue } from '@cfg/core/store';
import { Database } from './database.js';
import { reasonOf } from './fault.js';
import type { Settings } from './options.js';
import { type ChangeRow, entryOf } from './rows.js';
import type { Names } from './schema.js';
import { prepareSearch } from './search-table.js';
import type { Statements } from './statements.js';

/** How many changes one step takes up. */
const stepSize = 256;

/** How long it waits before it takes up what was written, in milliseconds: many changes at once cost less. */
const restMs = 100;

/**
 * Writes what searches read: it follows the log on a connection of its own, so that no write waits for it. One server at
 * a time does it, for all. Who searches reads what the index does not have yet entry by entry.
 */
export class SearchIndex {
  /** For `health()`: why there is no index although it is wanted. */
  readonly notice: { readonly message?: string };
  /** `undefined`: there is no index. */
  readonly #database: Database | undefined;
  readonly #statements: Statements;
  readonly #sealer: Sealer;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #isWokenAgain = false;

  /** Makes the index, or drops it, in the database that `prepared` is connected to; it goes on with connections of its own. */
  static async open(
    settings: Settings,
    prepared: Database,
    names: Names,
    statements: Statements,
    sealer: Sealer,
  ): Promise<SearchIndex> {
    const { isIndexed, fault } = await prepareSearch(prepared, names, settings.searchIndex, settings.logger);
    const database = isIndexed ? await Database.load(settings) : undefined;
    return new SearchIndex(database, statements, sealer, settings.logger, fault);
  }

  private constructor(
    database: Database | undefined,
    statements: Statements,
    sealer: Sealer,
    logger: Logger,
    fault: string | undefined,
  ) {
    this.#database = database;
    this.#statements = statements;
    this.#sealer = sealer;
    this.#logger = logger;
    this.notice = fault === undefined ? {} : { message: fault };
  }

  /** Takes up what was written, soon. */
  wake(): void {
    if (this.#database === undefined || this.#closing.signal.aborted) return;
    if (this.#running === undefined) this.#running = this.#run(this.#database);
    else this.#isWokenAgain = true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#database?.close();
  }

  async #run(database: Database): Promise<void> {
    const { signal } = this.#closing;
    try {
      do {
        await sleep(restMs, undefined, { signal });
        this.#isWokenAgain = false;
        while (!signal.aborted && (await this.#step(database)));
      } while (this.#isWokenAgain);
    } catch (error) {
      // It goes on with one of the next writes, or in a minute.
      if (!signal.aborted) this.#logger.warn({ reason: reasonOf(error) }, 'the index for searches waits');
    }
    this.#running = undefined;
  }

  /** Takes up some changes. Returns whether there may be more; where another server is at it, this one need not. */
  #step(database: Database): Promise<boolean> {
    const { indexLock, indexChanged, indexCurrent, indexPut } = this.#statements;
    return database.write<{ indexed_to: number }, boolean>(indexLock, async (session, locked) => {
      const [state] = await locked;
      const changed =
        state === undefined
          ? []
          : await session.query<{ revision: number; namespace: string | null; key: string }>(indexChanged, [
              state.indexed_to,
              stepSize,
            ]);
      const newest = changed.at(-1)?.revision;
      if (newest === undefined) {
        await session.script('ROLLBACK');
        return false;
      }
      const keys = changed.flatMap(({ namespace, key }) => (namespace === null ? [] : [{ namespace, key }]));
      const rows = await session.query<ChangeRow>(indexCurrent, namesOf(keys));
      const entries = rows.map((row) => entryOf(row, this.#sealer));
      await session.query(indexPut, [
        ...namesOf(keys),
        ...namesOf(entries),
        entries.map(({ revision }) => revision),
        entries.map(searchedValue),
        newest,
      ]);
      await session.script('COMMIT');
      return changed.length === stepSize;
    });
  }
}

const namesOf = (names: readonly { readonly namespace: string; readonly key: string }[]): [string[], string[]] => [
  names.map(({ namespace }) => namespace),
  names.map(({ key }) => key),
];
