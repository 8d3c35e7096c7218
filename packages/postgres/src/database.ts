import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientConfig, CustomTypesConfig, Pool, PoolClient } from 'pg';
import { isConnectionLost, isWorthAnother, reasonOf } from './fault.js';
import type { Settings } from './options.js';
import { type Parameter, Session, statement } from './session.js';

/** OID of bigint, whose values are revisions, versions, times: all below 2^53. */
const bigint = 20;

/** How much longer than the database this side waits for a statement, in milliseconds: the network may be cut. */
const networkMs = 2_000;

/** How long a connection that could not be had is not tried again, in milliseconds. */
const reconnectMs = 50;

/** How long the database waits for the next statement of a write, in milliseconds: the others wait for the lock. */
const idleInWriteMs = 5_000;

/** The connections of a store: a pool for reads, one for writes, so that neither waits for the other. */
export class Database {
  readonly #settings: Settings;
  readonly #config: ClientConfig;
  readonly #newClient: (config: ClientConfig) => Client;
  readonly #reading: Pool;
  readonly #writing: Pool;

  /** Loads the driver. Connects to nothing yet. */
  static async load(settings: Settings): Promise<Database> {
    return new Database(settings, await import('pg'));
  }

  private constructor(settings: Settings, pg: typeof import('pg')) {
    this.#settings = settings;
    const { statementTimeoutMs, connectTimeoutMs, transactionPooling, tls } = settings;
    const types: CustomTypesConfig = {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === bigint ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    };
    this.#config = {
      connectionString: settings.url,
      fallback_application_name: 'cfg',
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs + networkMs,
      keepAlive: true,
      pipeline: true,
      types,
      ...(tls === undefined ? {} : { ssl: tls }),
      // A pooler refuses settings that come with the log-in.
      ...(transactionPooling ? {} : { statement_timeout: statementTimeoutMs }),
    };
    this.#newClient = (config) => new pg.Client(config);
    const pool = (max: number): Pool => {
      const made = new pg.Pool({ ...this.#config, max, idleTimeoutMillis: 60_000 });
      // An idle connection broke. The pool drops it; who needs one is given a new one.
      made.on('error', (error) => settings.logger.debug({ err: error }, 'a connection to PostgreSQL broke'));
      return made;
    };
    this.#reading = pool(settings.connections);
    this.#writing = pool(1);
  }

  /** A connection of its own, not yet open, for listening. */
  listener(url: string): Client {
    return this.#newClient({ ...this.#config, connectionString: url, pipeline: false });
  }

  /** One read. A connection that turns out to be lost is replaced once. */
  async query<Row extends object>(text: string, values: readonly Parameter[] = []): Promise<readonly Row[]> {
    const config = statement(text, values, !this.#settings.transactionPooling);
    try {
      return (await this.#reading.query<Row>(config)).rows;
    } catch (error) {
      if (!isWorthAnother(error)) throw error;
      return (await this.#reading.query<Row>(config)).rows;
    }
  }

  /**
   * Reads as of one moment: `work` is called with what `first` returns, and once more on another connection where one
   * was lost.
   */
  async read<Row extends object, T>(
    first: string,
    work: (session: Session, rows: Promise<readonly Row[]>) => Promise<T>,
  ): Promise<T> {
    const begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${this.#limits()}${first}`;
    const attempt = (): Promise<T> =>
      this.#transaction<Row, T>(this.#reading, begin, async (session, rows) => {
        const result = await work(session, rows);
        // Nothing depends on how it ends: whoever uses the connection next comes after it.
        session.script('COMMIT').catch(() => {});
        return result;
      });
    try {
      return await attempt();
    } catch (error) {
      if (!isWorthAnother(error)) throw error;
      return attempt();
    }
  }

  /**
   * Runs `work` in a transaction that writes, one at a time. `work` is called while `lock` is under way, and commits by
   * itself; what it did not commit is undone.
   */
  write<Row extends object, T>(
    lock: string,
    work: (session: Session, rows: Promise<readonly Row[]>) => Promise<T>,
  ): Promise<T> {
    const idle = `SET LOCAL idle_in_transaction_session_timeout = ${idleInWriteMs}; `;
    const begin = `BEGIN ISOLATION LEVEL READ COMMITTED; ${this.#limits()}${idle}${lock}`;
    return this.#transaction(this.#writing, begin, work);
  }

  async close(): Promise<void> {
    await Promise.all([this.#reading.end(), this.#writing.end()]);
  }

  /** The settings that a pooler does not let us make with the log-in. */
  #limits(): string {
    const { transactionPooling, statementTimeoutMs } = this.#settings;
    return transactionPooling ? `SET LOCAL statement_timeout = ${statementTimeoutMs}; ` : '';
  }

  /** Gives the connection back afterwards, without a transaction, or drops it where it is lost. */
  async #transaction<Row extends object, T>(
    pool: Pool,
    begin: string,
    work: (session: Session, rows: Promise<readonly Row[]>) => Promise<T>,
  ): Promise<T> {
    const client = await connect(pool);
    const session = new Session(client, !this.#settings.transactionPooling);
    let isLost = false;
    const onError = (error: unknown): void => {
      isLost = true;
      this.#settings.logger.debug({ reason: reasonOf(error) }, 'a connection to PostgreSQL broke');
    };
    client.on('error', onError);
    const rows = session.script<Row>(begin);
    rows.catch(() => {});
    try {
      return await work(session, rows);
    } catch (thrown) {
      // Where the beginning has failed, the rest has failed of that.
      const error = await rows.then(
        () => thrown,
        (first: unknown) => first,
      );
      if (isConnectionLost(error)) isLost = true;
      else await session.script('ROLLBACK').catch(onError);
      throw error;
    } finally {
      client.off('error', onError);
      client.release(isLost);
    }
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    await sleep(reconnectMs);
    throw error;
  }
}
