import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cfg/core';
import { isBusy } from './fault.js';

/** How long after a commit it begins, so that what is written meanwhile is taken up together, in milliseconds. */
const delayMs = 250;

/** While there are writes, they have the thread after a step for so many times as long as the step took. */
const restFactor = 2;

/** The rest without writes, for those of other processes, in milliseconds. */
const minRestMs = 5;

/** How long it waits after a step that failed, in milliseconds. */
const retryMs = 1_000;

/** Does what need not be done within a commit, in small steps between the commits. */
export class Upkeep {
  readonly #step: () => Promise<boolean>;
  readonly #hasWrites: () => boolean;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWokenAgain = false;

  /** `step` returns whether there is more to do, `hasWrites` whether any wait to be committed. */
  constructor(step: () => Promise<boolean>, hasWrites: () => boolean, logger: Logger) {
    this.#step = step;
    this.#hasWrites = hasWrites;
    this.#logger = logger;
  }

  /** Call this when there may be something to do. */
  wake(): void {
    if (this.#running !== undefined) this.#isWokenAgain = true;
    else if (!this.#closing.signal.aborted) this.#timer ??= setTimeout(() => this.#begin(), delayMs).unref();
  }

  /** Waits for the step that is under way. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing.abort();
    await this.#running;
  }

  #begin(): void {
    this.#timer = undefined;
    this.#isWokenAgain = false;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#isWokenAgain) this.wake();
    });
  }

  async #run(): Promise<void> {
    for (let more = true; more && !this.#closing.signal.aborted; ) {
      const startedMs = performance.now();
      let restMs = retryMs;
      try {
        more = await this.#step();
        restMs = this.#hasWrites() ? restFactor * (performance.now() - startedMs) : minRestMs;
      } catch (error) {
        // Whoever writes is told what is wrong; this tries again.
        if (!isBusy(error)) this.#logger.debug({ err: error }, 'upkeep of the SQLite file failed');
      }
      if (more) await sleep(restMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
    }
  }
}
