import { randomUUID } from 'node:crypto';
import { ChangeLog } from '../change-log/change-log.js';
import type { Health } from '../contract/capabilities.js';
import { compact, type Entry } from '../contract/entry.js';
import type { WatchFilter } from '../contract/filter.js';
import type { LogState } from '../contract/measured.js';
import type { ChangeStream, WatchOptions } from '../contract/store.js';
import type { Engine, EngineReader } from '../local-store/engine.js';
import type { Answers, Operation } from '../local-store/operation.js';
import { Transaction } from '../local-store/transaction.js';
import type { SecretPolicy } from '../sealing/secret-policy.js';
import { type Maybe, run, runNow, type Steps } from '../util/steps.js';
import { MemoryTables } from './memory-tables.js';
import type { MemorySettings } from './options.js';

/** Holds a store's data in the memory of this process. Every operation is a transaction of its own, done at once. */
export class MemoryEngine implements Engine {
  readonly name = 'the memory store';
  readonly now: () => number;
  readonly secrets: SecretPolicy | undefined;
  readonly #tables: MemoryTables;
  readonly #changes: ChangeLog;
  #onExpiry: () => void = () => {};

  constructor(settings: MemorySettings) {
    this.now = settings.now;
    this.secrets = settings.secrets;
    const logId = randomUUID();
    this.#tables = new MemoryTables(logId, settings);
    const { changes } = this.#tables;
    this.#changes = new ChangeLog({ logId, read: (after, limit) => changes.read(after, limit) });
  }

  open(onExpiry: () => void): void {
    this.#onExpiry = onExpiry;
  }

  close(): void {
    this.#changes.close();
  }

  /** Small values as text: see {@link compact}. */
  keep(bytes: Uint8Array): Uint8Array | string {
    return compact(bytes);
  }

  get(namespace: string, key: string): Entry | undefined {
    return this.#tables.last(namespace, key);
  }

  nextExpiry(): number | undefined {
    return this.#tables.nextExpiry();
  }

  read<T>(work: (reader: EngineReader) => Steps<T>): Maybe<T> {
    return run(work(this.#tables));
  }

  submit<O extends Operation>(operation: O): Answers[O['type']] {
    const nowMs = this.now();
    const transaction = new Transaction(this.#tables, this.#tables.changes.revision, nowMs);
    try {
      if ((this.nextExpiry() ?? Number.POSITIVE_INFINITY) <= nowMs) {
        runNow(transaction.expire(Number.POSITIVE_INFINITY));
      }
      return runNow(transaction.apply(operation)) as Answers[O['type']];
    } finally {
      this.#publish(transaction);
    }
  }

  watch(filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream {
    if ((this.nextExpiry() ?? Number.POSITIVE_INFINITY) <= this.now()) this.submit({ type: 'expire' });
    return this.#changes.watch(filter, options);
  }

  logState(): LogState {
    return this.#changes.state();
  }

  health(): Health {
    return { ok: true };
  }

  #publish({ changes }: Transaction): void {
    if (changes.length === 0) return;
    this.#changes.append(changes);
    this.#changes.compactedTo(this.#tables.changes.oldestRevision);
    if (changes.some(({ entry }) => entry.expiresAtMs !== undefined)) this.#onExpiry();
  }
}
