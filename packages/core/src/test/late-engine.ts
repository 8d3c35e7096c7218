import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Health } from '../contract/capabilities.js';
import type { Entry } from '../contract/entry.js';
import { ConfigError, isConfigError } from '../contract/errors.js';
import type { WatchFilter } from '../contract/filter.js';
import type { ChangeStream, WatchOptions } from '../contract/store.js';
import { applyAll, type Commit } from '../local-store/commit.js';
import type { Engine, EngineReader } from '../local-store/engine.js';
import { LogFollower } from '../local-store/log-follower.js';
import type { Answers, Operation } from '../local-store/operation.js';
import { fromPlainCommit, toPlainCommit } from '../local-store/plain-commit.js';
import { Transaction } from '../local-store/transaction.js';
import { WriteQueue } from '../local-store/write-queue.js';
import { MemoryTables } from '../memory-store/memory-tables.js';
import { completeOptions, type MemoryStoreOptions } from '../memory-store/options.js';
import { silentLogger } from '../util/logger.js';
import { run, type Steps } from '../util/steps.js';

/**
 * An engine as one over a network is: every answer is a promise that resolves late, writes are queued and committed
 * together, and what a commit returns has crossed a thread. Its data are those of a memory store.
 */
export class LateEngine implements Engine {
  readonly name = 'the late store';
  readonly now: () => number;
  readonly #tables: MemoryTables;
  /** The tables, with every method late. */
  readonly #late: MemoryTables;
  readonly #queue: WriteQueue;
  #follower: LogFollower | undefined;
  #onExpiry: () => void = () => {};
  /** The transaction under way: each begins where the one before has ended. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: MemoryStoreOptions = {}) {
    const settings = completeOptions(options);
    this.now = settings.now;
    this.#tables = new MemoryTables(randomUUID(), settings);
    this.#late = late(this.#tables);
    this.#queue = new WriteQueue({
      commit: (operations) => this.#inTurn(() => this.#commit(operations)),
      onCommit: (commit) => this.#onCommit(commit),
      isBusy: () => false,
      faultOf,
      busyTimeoutMs: 0,
      logger: silentLogger,
    });
  }

  async open(onExpiry: () => void): Promise<void> {
    this.#onExpiry = onExpiry;
    this.#follower = new LogFollower({
      head: await this.#late.head(),
      readHead: () => this.#late.head(),
      readChanges: (after, limit) => nextTurn().then(() => this.#tables.changes.read(after, limit)),
      pollIntervalMs: 50,
      onForeign: onExpiry,
      faultOf,
    });
  }

  async close(): Promise<void> {
    await this.#queue.drain();
    this.#follower?.close();
  }

  keep(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(bytes);
  }

  get(namespace: string, key: string): Promise<Entry | undefined> {
    return nextTurn().then(() => this.#tables.last(namespace, key));
  }

  nextExpiry(): Promise<number | undefined> {
    return nextTurn().then(() => this.#tables.nextExpiry());
  }

  read<T>(work: (reader: EngineReader) => Steps<T>): Promise<T> {
    return this.#inTurn(async () => run(work(this.#late)));
  }

  submit<O extends Operation>(operation: O, signal?: AbortSignal): Promise<Answers[O['type']]> {
    return this.#queue.submit(operation, signal);
  }

  watch(filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream {
    return (this.#follower as LogFollower).watch(filter, options);
  }

  async health(): Promise<Health> {
    return { ok: true };
  }

  async #commit(operations: readonly Operation[]): Promise<Commit> {
    const { revision } = await this.#late.head();
    const transaction = new Transaction(this.#late, revision, this.now());
    const outcomes = await run(applyAll(transaction, operations));
    const { oldestRevision } = await this.#late.head();
    const commit = { outcomes, changes: transaction.changes, oldestRevision };
    return fromPlainCommit(structuredClone(toPlainCommit(commit, operations)), operations);
  }

  async #onCommit(commit: Commit): Promise<void> {
    await this.#follower?.append(commit);
    if (commit.changes.some(({ entry }) => entry.expiresAtMs !== undefined)) this.#onExpiry();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}

function late(tables: MemoryTables): MemoryTables {
  return new Proxy(tables, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => nextTurn().then(() => value.apply(target, args));
    },
  });
}

const faultOf = (error: unknown): ConfigError =>
  isConfigError(error) ? error : new ConfigError('unavailable', 'the late store failed', { cause: error });
