import { randomUUID } from 'node:crypto';
import { type Change, type CompactionState, ConfigError, type Health } from '@cfg/core';
import { type Commit, type Head, LogFollower, WriteQueue } from '@cfg/core/store';
import { Committer } from './committer.js';
import { Database } from './database.js';
import { faultOf, isBusy, reasonOf } from './fault.js';
import { PostgresKeyTable } from './key-table.js';
import { Listener } from './listener.js';
import { OpenSecrets } from './open-secrets.js';
import { type Settings, shownUrl } from './options.js';
import { headOf, type LogRow } from './reader.js';
import { Reads } from './reads.js';
import { Replicas } from './replicas.js';
import { type ChangeRow, changeOf } from './rows.js';
import { namesOf, prepareSchema } from './schema.js';
import { SearchIndex } from './search-index.js';
import { type Statements, statementsOf } from './statements.js';

/** How often what is too old is looked for, in milliseconds. */
const tendMs = 60_000;

/** Everything that exists while the database is in use: write queue, log follower and listener over the connections. */
export class OpenDatabase {
  readonly queue: WriteQueue;
  readonly follower: LogFollower;
  readonly reads: Reads;
  readonly #settings: Settings;
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #committer: Committer;
  readonly #listener: Listener | undefined;
  readonly #secrets: OpenSecrets;
  readonly #index: SearchIndex;
  readonly #replicas: Replicas | undefined;
  readonly #tend: NodeJS.Timeout;
  readonly #onExpiry: () => void;

  /** Throws `invalid_argument` for what is not this store's, and `unavailable` where it cannot be used. */
  static async open(settings: Settings, onExpiry: () => void): Promise<OpenDatabase> {
    const database = await Database.load(settings);
    const names = namesOf(settings.tablePrefix);
    try {
      await prepareSchema(database, names);
      const statements = statementsOf(names);
      const secrets = await OpenSecrets.open(settings, new PostgresKeyTable(database, names, statements));
      const index = await SearchIndex.open(settings, database, names, statements, secrets.sealer);
      const head = headOf(await database.query<LogRow>(statements.head));
      const replicas = await Replicas.load(settings, database, statements);
      return new OpenDatabase(settings, database, statements, names.channel, head, secrets, index, replicas, onExpiry);
    } catch (error) {
      await database.close();
      const code = error instanceof ConfigError ? error.code : 'unavailable';
      const message = `cannot use ${shownUrl(settings.url)} as a configuration store: ${reasonOf(error)}`;
      throw new ConfigError(code, message, { cause: error });
    }
  }

  private constructor(
    settings: Settings,
    database: Database,
    statements: Statements,
    channel: string,
    head: Head,
    secrets: OpenSecrets,
    index: SearchIndex,
    replicas: Replicas | undefined,
    onExpiry: () => void,
  ) {
    const { logger } = settings;
    const origin = randomUUID();
    this.#settings = settings;
    this.#database = database;
    this.#statements = statements;
    this.#secrets = secrets;
    this.#index = index;
    this.#replicas = replicas;
    this.reads = new Reads(database, replicas, statements, settings.historyLimit, secrets.sealer);
    this.#onExpiry = onExpiry;
    const committer = new Committer(database, statements, settings, secrets.sealer, origin, logger);
    this.#committer = committer;
    this.#tend = setInterval(() => {
      committer.tend(settings.now());
      index.wake();
    }, tendMs).unref();
    index.wake();
    this.follower = new LogFollower({
      head,
      readHead: () => this.#head(),
      readChanges: (after, limit) => this.#changes(after, limit),
      pollIntervalMs: settings.pollIntervalMs,
      onForeign: onExpiry,
      faultOf,
    });
    this.queue = new WriteQueue({
      commit: async (operations) => {
        const done = await secrets.withKeys(() => committer.commit(operations, settings.now()));
        replicas?.freshness.shown(done.revision);
        return done;
      },
      onCommit: (commit) => this.#onCommit(commit),
      isBusy,
      faultOf,
      busyTimeoutMs: settings.busyTimeoutMs,
      logger,
    });
    const { listenUrl } = settings;
    if (listenUrl === undefined) return;
    this.#listener = new Listener({
      newClient: () => database.listener(listenUrl),
      channel,
      origin,
      onWake: () => this.follower.wake(),
      logger,
    });
  }

  /** The counts of what compaction has dropped. */
  get compaction(): CompactionState {
    return this.#committer.compaction;
  }

  /** Whether the database answers, and takes writes. */
  async health(): Promise<Health> {
    try {
      const text = `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS standby`;
      const [row] = await this.#database.query<{ standby: boolean }>(text);
      return row?.standby
        ? { ok: false, message: 'the database is a standby, or read-only' }
        : { ok: true, ...this.#index.notice };
    } catch (error) {
      return { ok: false, message: faultOf(error).message };
    }
  }

  /** Commits what was submitted, then ends the watches and the connections. */
  async close(): Promise<void> {
    await this.queue.drain();
    clearInterval(this.#tend);
    await this.#committer.close();
    await this.#index.close();
    await this.#listener?.close();
    await this.#replicas?.close();
    this.#secrets.close();
    this.follower.close();
    await this.#database.close();
  }

  async #head(): Promise<Head> {
    const head = headOf(await this.#database.query<LogRow>(this.#statements.head));
    // A watcher is shown it.
    this.#replicas?.freshness.shown(head.revision);
    return head;
  }

  async #changes(after: number, limit: number): Promise<readonly Change[]> {
    const rows = await this.#database.query<ChangeRow>(this.#statements.changes, [after, limit]);
    this.#replicas?.freshness.shown(rows.at(-1)?.revision ?? 0);
    return rows.map((row) => changeOf(row, this.#secrets.sealer));
  }

  async #onCommit(commit: Commit): Promise<void> {
    this.#index.wake();
    try {
      await this.follower.append(commit);
    } catch (error) {
      // It is committed: watchers are told with the next commit or poll.
      this.#settings.logger.error({ err: error }, 'a commit could not be passed to the watches');
    }
    if (commit.changes.some(({ entry }) => entry.expiresAtMs !== undefined)) this.#onExpiry();
  }
}
