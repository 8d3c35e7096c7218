import { isConfigError } from '@cfg/core';
import type { Head } from '@cfg/core/store';
import { Database } from './database.js';
import { Freshness } from './freshness.js';
import { type Settings, shownUrl } from './options.js';
import { headOf, type LogRow } from './reader.js';
import { Replica } from './replica.js';
import type { Statements } from './statements.js';

/** How long a replica may take for a statement and for a connection, in milliseconds: the primary can answer as well. */
const maxStatementMs = 1_000;
const maxConnectMs = 1_000;

/** The answer of a database, and where it was then. `value` may throw what the rules of reading refuse. */
export interface Answer<T> {
  readonly head: Pick<Head, 'revision' | 'logId'>;
  readonly value: () => T;
}

/**
 * Has reads answered by replicas that are fresh enough, in turn, and by the primary where none is. An answer holds all
 * that the primary had committed `maxStalenessMs` before the read, and is never before an earlier answer of this store.
 */
export class Replicas {
  readonly freshness: Freshness;
  readonly #primary: Database;
  readonly #replicas: readonly Replica[];
  readonly #head: string;
  #next = 0;
  #asking: Promise<void> | undefined;

  /** `undefined` where the settings name none. Connects to none yet. */
  static async load(settings: Settings, primary: Database, statements: Statements): Promise<Replicas | undefined> {
    const { replicas, maxStalenessMs, logger, statementTimeoutMs, connectTimeoutMs } = settings;
    if (replicas.length === 0) return undefined;
    const made = replicas.map(async (url) => {
      const database = await Database.load({
        ...settings,
        url,
        statementTimeoutMs: Math.min(statementTimeoutMs, maxStatementMs),
        connectTimeoutMs: Math.min(connectTimeoutMs, maxConnectMs),
      });
      return new Replica(database, shownUrl(url), logger);
    });
    return new Replicas(primary, await Promise.all(made), statements.head, new Freshness(maxStalenessMs));
  }

  private constructor(primary: Database, replicas: readonly Replica[], head: string, freshness: Freshness) {
    this.#primary = primary;
    this.#replicas = replicas;
    this.#head = head;
    this.freshness = freshness;
  }

  async read<T>(ask: (database: Database) => Promise<Answer<T>>): Promise<T> {
    const beganMs = performance.now();
    const needed = this.freshness.needed(beganMs);
    if (needed !== undefined && this.freshness.isDue(beganMs)) this.#refresh();
    const replica = needed === undefined ? undefined : this.#pick(beganMs, needed);
    const answer = replica && (await this.#ask(replica, needed ?? 0, ask));
    if (answer !== undefined) {
      this.freshness.shown(answer.head.revision);
      return answer.value();
    }
    const askedMs = performance.now();
    const { head, value } = await ask(this.#primary);
    this.freshness.observed(askedMs, head.logId, head.revision);
    this.freshness.shown(head.revision);
    return value();
  }

  async close(): Promise<void> {
    await this.#asking;
    await Promise.all(this.#replicas.map((replica) => replica.close()));
  }

  /** One that is in use, in turn; the others are asked meanwhile whether they can be. */
  #pick(nowMs: number, needed: number): Replica | undefined {
    const isFit = (head: Head): boolean => this.#isFit(head, needed);
    for (const replica of this.#replicas) replica.probe(nowMs, (database) => this.#headOf(database), isFit);
    const inUse = this.#replicas.filter((replica) => replica.inUse);
    this.#next += 1;
    return inUse[this.#next % inUse.length];
  }

  /** `undefined` where the replica cannot answer. */
  async #ask<T>(
    replica: Replica,
    needed: number,
    ask: (database: Database) => Promise<Answer<T>>,
  ): Promise<Answer<T> | undefined> {
    try {
      const answer = await ask(replica.database);
      if (this.#isFit(answer.head, needed)) return answer;
      replica.isBehind(performance.now());
    } catch (error) {
      // A sealed value that cannot be opened here cannot be at the primary either.
      if (isConfigError(error)) throw error;
      replica.isAway(performance.now(), error);
    }
    return undefined;
  }

  #isFit({ logId, revision }: Pick<Head, 'revision' | 'logId'>, needed: number): boolean {
    return logId === this.freshness.logId && revision >= needed;
  }

  /** Asks the primary how far it is, beside the reads. Where it cannot be asked, the next read goes to it, and is told. */
  #refresh(): void {
    const askedMs = performance.now();
    this.#asking ??= this.#headOf(this.#primary)
      .then(
        ({ logId, revision }) => this.freshness.observed(askedMs, logId, revision),
        () => {},
      )
      .finally(() => {
        this.#asking = undefined;
      });
  }

  async #headOf(database: Database): Promise<Head> {
    return headOf(await database.query<LogRow>(this.#head));
  }
}
