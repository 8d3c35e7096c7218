import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../util/logger.js';
import type { Maybe } from '../util/steps.js';
import type { Commit } from './commit.js';
import { type Answer, type Answers, countOf, type Operation, weightOf } from './operation.js';

/** A commit takes no more operations once it has this many, or values of so many bytes: it holds nobody up for long. */
const maxBatch = 512;
const maxBatchBytes = 8 * 1024 * 1024;

export interface WriteQueueOptions {
  /** Commits a batch, all or nothing. Whatever it throws fails every operation of the batch. */
  readonly commit: (operations: readonly Operation[]) => Maybe<Commit>;
  /** Called with every commit, before the operations' callers are answered. Must not throw. */
  readonly onCommit: (commit: Commit) => Maybe<void>;
  /** Whether a commit that threw may be tried again at once: somebody else holds the lock. */
  readonly isBusy: (error: unknown) => boolean;
  /** The error that callers get for what a commit threw. */
  readonly faultOf: (error: unknown) => Error;
  /** How long a busy commit is tried again, in milliseconds. */
  readonly busyTimeoutMs: number;
  readonly logger: Logger;
}

interface Pending {
  readonly operation: Operation;
  readonly signal: AbortSignal | undefined;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * The queue of writes: what has come in by the time the event loop comes round, or while a commit was under way, is
 * committed as one batch, and each operation is answered after the commit.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #queue: Pending[] = [];
  /** Settles when the queue is empty. `undefined`: it is. */
  #running: Promise<void> | undefined;
  #fault: Error | undefined;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /** The error of the last commit, if it failed. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /** Whether anything is being committed, or waits for it. */
  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  submit<O extends Operation>(operation: O, signal?: AbortSignal): Promise<Answers[O['type']]> {
    return new Promise((resolve, reject) => {
      // The commit's answer to an operation is of the operation's type.
      this.#queue.push({ operation, signal, resolve: resolve as (answer: Answer) => void, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits until everything submitted is answered. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    await nextTurn();
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      await this.#commit(batch);
      // Reads and sockets come first, then the next batch.
      await nextTurn();
    }
    this.#running = undefined;
  }

  /** The next batch, without those whose callers have given up waiting. */
  #take(): Pending[] {
    const batch: Pending[] = [];
    let count = 0;
    let bytes = 0;
    let taken = 0;
    for (const pending of this.#queue) {
      if (count >= maxBatch || bytes >= maxBatchBytes) break;
      taken += 1;
      if (isGivenUp(pending)) continue;
      batch.push(pending);
      count += countOf(pending.operation);
      bytes += weightOf(pending.operation);
    }
    this.#queue.splice(0, taken);
    return batch;
  }

  async #commit(first: Pending[]): Promise<void> {
    const { commit, onCommit, isBusy, faultOf, busyTimeoutMs, logger } = this.#options;
    const deadline = performance.now() + busyTimeoutMs;
    for (let batch = first; batch.length > 0; batch = batch.filter((pending) => !isGivenUp(pending))) {
      let done: Commit;
      try {
        done = await commit(batch.map(({ operation }) => operation));
      } catch (error) {
        if (isBusy(error) && performance.now() < deadline) {
          await sleep(1 + 4 * Math.random());
          continue;
        }
        this.#fault = faultOf(error);
        logger.error({ err: error, operations: batch.length }, 'a commit failed');
        for (const { reject } of batch) reject(this.#fault);
        return;
      }
      this.#fault = undefined;
      await onCommit(done);
      for (const [index, outcome] of done.outcomes.entries()) {
        if (outcome.done) batch[index]?.resolve(outcome.answer);
        else batch[index]?.reject(outcome.error);
      }
      return;
    }
  }
}

/** Whether the caller no longer waits; it is told so. */
function isGivenUp({ signal, reject }: Pending): boolean {
  if (signal?.aborted) reject(signal.reason);
  return signal?.aborted ?? false;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
