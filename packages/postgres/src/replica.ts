import type { Logger } from '@cfg/core';
import type { Head } from '@cfg/core/store';
import type { Database } from './database.js';
import { reasonOf } from './fault.js';

/** How long a replica that did not answer is left alone, in milliseconds: at first, and at most. */
const firstPauseMs = 100;
const maxPauseMs = 10_000;

/**
 * A replica of the database. Reads go to it while it is in use. One that is away, or too far behind, is out of use until
 * a question beside the reads finds it fit again: no read waits for that.
 */
export class Replica {
  readonly database: Database;
  readonly #name: string;
  readonly #logger: Logger;
  #inUse = false;
  #isAway = false;
  #pauseMs = firstPauseMs;
  #nextMs = 0;
  #asking: Promise<void> | undefined;

  /** `name` tells it in the log: without a password. */
  constructor(database: Database, name: string, logger: Logger) {
    this.database = database;
    this.#name = name;
    this.#logger = logger;
  }

  get inUse(): boolean {
    return this.#inUse;
  }

  /** It was not as far as a read needed. */
  isBehind(nowMs: number): void {
    this.#inUse = false;
    this.#nextMs = nowMs + firstPauseMs;
  }

  isAway(nowMs: number, error: unknown): void {
    this.#inUse = false;
    this.#nextMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, maxPauseMs);
    if (!this.#isAway) this.#logger.warn({ replica: this.#name, reason: reasonOf(error) }, 'a replica is away');
    this.#isAway = true;
  }

  /** Asks it beside the reads, where that is due, whether it is fit again. */
  probe(nowMs: number, ask: (database: Database) => Promise<Head>, isFit: (head: Head) => boolean): void {
    if (this.#inUse || this.#asking !== undefined || nowMs < this.#nextMs) return;
    this.#asking = ask(this.database)
      .then(
        (head) => this.#answered(isFit(head)),
        (error: unknown) => this.isAway(performance.now(), error),
      )
      .finally(() => {
        this.#asking = undefined;
      });
  }

  async close(): Promise<void> {
    await this.#asking;
    await this.database.close();
  }

  #answered(isFit: boolean): void {
    this.#pauseMs = firstPauseMs;
    if (this.#isAway) this.#logger.info({ replica: this.#name }, 'a replica is back');
    this.#isAway = false;
    this.#inUse = isFit;
    if (!isFit) this.isBehind(performance.now());
  }
}
