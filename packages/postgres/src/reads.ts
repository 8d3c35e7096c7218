import { type Entry, isConfigError } from '@cfg/core';
import { type EngineReader, run, type Sealer, type Steps } from '@cfg/core/store';
import type { Database } from './database.js';
import { faulty } from './fault.js';
import { GetQueue } from './get-queue.js';
import { type LogRow, Reader } from './reader.js';
import type { Answer, Replicas } from './replicas.js';
import { type ChangeRow, entryOf } from './rows.js';
import type { Parameter } from './session.js';
import type { Statements } from './statements.js';

type HeadColumns = { readonly head: number; readonly log_id: string };

/** Reads for the callers of a store: at the database of its address or, where there are replicas, at those too. */
export class Reads {
  readonly #primary: Database;
  readonly #replicas: Replicas | undefined;
  readonly #statements: Statements;
  readonly #historyLimit: number;
  readonly #sealer: Sealer;
  readonly #gets: GetQueue;

  constructor(
    primary: Database,
    replicas: Replicas | undefined,
    statements: Statements,
    historyLimit: number,
    sealer: Sealer,
  ) {
    this.#primary = primary;
    this.#replicas = replicas;
    this.#statements = statements;
    this.#historyLimit = historyLimit;
    this.#sealer = sealer;
    this.#gets = new GetQueue(primary, statements, sealer);
  }

  async get(namespace: string, key: string): Promise<Entry | undefined> {
    const replicas = this.#replicas;
    return faulty(
      replicas === undefined
        ? this.#gets.get(namespace, key)
        : this.#rowOf<ChangeRow>(replicas, this.#statements.getWithHead, [namespace, key]).then((row) =>
            row.key === null ? undefined : entryOf(row, this.#sealer),
          ),
    );
  }

  async nextExpiry(): Promise<number | undefined> {
    const { nextExpiry, nextExpiryWithHead } = this.#statements;
    const replicas = this.#replicas;
    const row: Promise<{ next: number | null } | undefined> =
      replicas === undefined
        ? this.#primary.query<{ next: number | null }>(nextExpiry).then(([only]) => only)
        : this.#rowOf(replicas, nextExpiryWithHead, []);
    return (await faulty(row))?.next ?? undefined;
  }

  /** Everything that `work` reads is of one moment. */
  read<T>(work: (reader: EngineReader) => Steps<T>): Promise<T> {
    const replicas = this.#replicas;
    return faulty(
      replicas === undefined
        ? this.#readAt(this.#primary, (reader) => run(work(reader)))
        : replicas.read((database) => this.#readAt(database, (reader) => answerOf(reader, work))),
    );
  }

  /** The one row of a statement that tells the log's row too. */
  #rowOf<Row extends object>(replicas: Replicas, text: string, values: readonly Parameter[]): Promise<Row> {
    return replicas.read(async (database) => {
      const [row] = (await database.query<Row & HeadColumns>(text, values)) as [Row & HeadColumns];
      return { head: { revision: row.head, logId: row.log_id }, value: () => row };
    });
  }

  #readAt<T>(database: Database, work: (reader: Reader) => T | Promise<T>): Promise<T> {
    return database.read<LogRow, T>(this.#statements.head, async (session, head) =>
      work(new Reader(session, this.#statements, this.#historyLimit, this.#sealer, head)),
    );
  }
}

/** With the head that it is as of. What the rules refuse may be for a state that is too old: the caller looks first. */
async function answerOf<T>(reader: Reader, work: (reader: EngineReader) => Steps<T>): Promise<Answer<T>> {
  try {
    const value = await run(work(reader));
    return { head: await reader.head(), value: () => value };
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return {
      head: await reader.head(),
      value: () => {
        throw error;
      },
    };
  }
}
