import { type Entry, isConfigError } from '@cfg/core';
import { type EngineReader, run, type Sealer, type Steps } from '@cfg/core/store';
import type { Database } from './database.js';
import { faultOf } from './fault.js';
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
  }

  async get(namespace: string, key: string): Promise<Entry | undefined> {
    const { get, getWithHead } = this.#statements;
    const row = await this.#row<ChangeRow>(get, getWithHead, [namespace, key]);
    return row === undefined || row.key === null ? undefined : entryOf(row, this.#sealer);
  }

  async nextExpiry(): Promise<number | undefined> {
    const { nextExpiry, nextExpiryWithHead } = this.#statements;
    return (await this.#row<{ next: number | null }>(nextExpiry, nextExpiryWithHead, []))?.next ?? undefined;
  }

  /** Everything that `work` reads is of one moment. */
  async read<T>(work: (reader: EngineReader) => Steps<T>): Promise<T> {
    try {
      if (this.#replicas === undefined) return await this.#readAt(this.#primary, (reader) => run(work(reader)));
      return await this.#replicas.read((database) => this.#readAt(database, (reader) => answerOf(reader, work)));
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** `withHead` is the same statement, which tells the log's row too: at least one row. */
  async #row<Row extends object>(
    text: string,
    withHead: string,
    values: readonly Parameter[],
  ): Promise<Row | undefined> {
    try {
      if (this.#replicas === undefined) return (await this.#primary.query<Row>(text, values))[0];
      return await this.#replicas.read(async (database) => {
        const [row] = (await database.query<Row & HeadColumns>(withHead, values)) as [Row & HeadColumns];
        return { head: { revision: row.head, logId: row.log_id }, value: () => row };
      });
    } catch (error) {
      throw faultOf(error);
    }
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
