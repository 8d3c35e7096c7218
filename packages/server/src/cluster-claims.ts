import { DatabaseSync } from 'node:sqlite';
import { ConfigError, type Logger, type OwnershipStore } from '@cfg/core';
import { SqlOwnershipStore } from '@cfg/sqlownership';

/** How long a connection that nobody uses stays open, in milliseconds: records are read twice a minute. */
const idleMs = 40_000;

/**
 * The ownership records that `choice` names, `sqlite:PATH` or `postgres://…`, shared by the nodes of a cluster. Opened,
 * and its table made, when it is first asked; an idle connection closes itself. Throws `invalid_argument`.
 *
 * @param name what the user calls the option; errors name it so
 */
export function chooseClaims(choice: string | undefined, name: string, logger: Logger): OwnershipStore | undefined {
  if (choice === undefined) return undefined;
  if (/^sqlite:./.test(choice)) {
    return new OpeningClaims(async () => {
      const database = new DatabaseSync(choice.slice('sqlite:'.length));
      database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000');
      return new SqlOwnershipStore(database);
    });
  }
  if (/^postgres(ql)?:\/\//.test(choice) && URL.canParse(choice)) {
    return new OpeningClaims(async () => {
      const { Pool } = await import('pg');
      const limits = { max: 2, connectionTimeoutMillis: 10_000, query_timeout: 30_000 };
      const idle = { idleTimeoutMillis: idleMs, allowExitOnIdle: true };
      const pool = new Pool({ connectionString: choice, ...limits, ...idle });
      // A connection that breaks while nobody uses it; the next call opens another.
      pool.on('error', (err) => logger.warn({ err }, 'a connection to the ownership records is lost'));
      return new SqlOwnershipStore(pool);
    });
  }
  // The address of a database holds a password: it is not repeated.
  throw new ConfigError('invalid_argument', `${name} must be sqlite:PATH or postgres://user:password@host/database`);
}

/** Records that are opened when they are first needed; what failed is tried again with the next call. */
class OpeningClaims implements OwnershipStore {
  readonly #open: () => Promise<SqlOwnershipStore>;
  #records: SqlOwnershipStore | undefined;
  #ready: Promise<SqlOwnershipStore> | undefined;

  constructor(open: () => Promise<SqlOwnershipStore>) {
    this.#open = open;
  }

  async claim(namespace: string, nodeId: string): Promise<void> {
    await (await this.#table()).claim(namespace, nodeId);
  }

  async unclaim(namespace: string, nodeId: string): Promise<boolean> {
    return (await this.#table()).unclaim(namespace, nodeId);
  }

  async owners(nodeId?: string): Promise<ReadonlyMap<string, string>> {
    return (await this.#table()).owners(nodeId);
  }

  #table(): Promise<SqlOwnershipStore> {
    this.#ready ??= this.#makeTable().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #makeTable(): Promise<SqlOwnershipStore> {
    this.#records ??= await this.#openRecords();
    await this.#records.createTable();
    return this.#records;
  }

  async #openRecords(): Promise<SqlOwnershipStore> {
    try {
      return await this.#open();
    } catch (cause) {
      throw new ConfigError('unavailable', `ownership records: ${(cause as Error).message}`, { cause });
    }
  }
}
