import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cfg/core';
import type { Commit } from './committer.js';
import { faultOf, isBusy, reasonOf } from './fault.js';
import type { Answer, Answers, Operation } from './operation.js';

/** Most operations of one commit, and roughly how many bytes of values, so that a commit holds nobody up for long. */
const maxBatch = 512;
const maxBatchBytes = 8 * 1024 * 1024;

export interface WriterOptions {
  /** Commits a batch, all or nothing. */
  readonly commit: (operations: readonly Operation[]) => Commit;
  /** Called with every commit, before those who wait for it are answered. */
  readonly onCommit: (commit: Commit) => void;
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
 * The queue of writes: what has come in by the time the event loop comes round is committed as one batch, and each is
 * answered after the commit.
 */
export class Writer {
  readonly #options: WriterOptions;
  #queue: Pending[] = [];
  /** Settles when the queue is empty. `undefined`: it is. */
  #running: Promise<void> | undefined;
  #fault: string | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** What went wrong with the last commit, if it failed. */
  get fault(): string | undefined {
    return this.#fault;
  }

  submit<O extends Operation>(operation: O, signal?: AbortSignal): Promise<Answers[O['type']]> {
    return new Promise((resolve, reject) => {
      // The committer's answer to an operation is of the operation's type.
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

  /** The next batch; who has given up waiting is told so instead. */
  #take(): Pending[] {
    const batch: Pending[] = [];
    let bytes = 0;
    let taken = 0;
    for (const pending of this.#queue) {
      if (batch.length === maxBatch || bytes >= maxBatchBytes) break;
      taken += 1;
      if (pending.signal?.aborted) {
        pending.reject(pending.signal.reason);
      } else {
        batch.push(pending);
        bytes += weightOf(pending.operation);
      }
    }
    this.#queue.splice(0, taken);
    return batch;
  }

  async #commit(first: Pending[]): Promise<void> {
    const deadline = performance.now() + this.#options.busyTimeoutMs;
    let batch = first;
    for (;;) {
      let commit: Commit;
      try {
        commit = this.#options.commit(batch.map(({ operation }) => operation));
      } catch (error) {
        if (isBusy(error) && performance.now() < deadline) {
          await sleep(1 + 4 * Math.random());
          batch = this.#stillWanted(batch);
          if (batch.length === 0) return;
          continue;
        }
        this.#fault = reasonOf(error);
        this.#options.logger.error({ err: error, operations: batch.length }, 'a commit failed');
        for (const { reject } of batch) reject(faultOf(error));
        return;
      }
      this.#fault = undefined;
      this.#options.onCommit(commit);
      for (const [index, outcome] of commit.outcomes.entries()) {
        if (outcome.done) batch[index]?.resolve(outcome.answer);
        else batch[index]?.reject(outcome.error);
      }
      return;
    }
  }

  #stillWanted(batch: readonly Pending[]): Pending[] {
    return batch.filter(({ signal, reject }) => {
      if (signal?.aborted) reject(signal.reason);
      return !signal?.aborted;
    });
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function weightOf(operation: Operation): number {
  if (operation.type === 'set') return operation.value.bytes.byteLength;
  if (operation.type !== 'set_many') return 0;
  return operation.values.reduce((sum, [, value]) => sum + value.bytes.byteLength, 0);
}
