import type { BatchOutcome, RestoreTarget } from '../contract/batch.js';
import { type CapabilityOf, can } from '../contract/capabilities.js';
import type { Capability } from '../contract/capability.js';
import type { Entry } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import type { CallOptions, Store } from '../contract/store.js';
import { untilAborted } from '../util/wait.js';
import { Value } from '../value/value.js';
import type {
  BatchResult,
  BatchWrite,
  BatchWriteOptions,
  DeleteValueOptions,
  SetValueOptions,
} from './call-options.js';
import type { Coherence } from './coherence.js';
import { checkKeyLimit } from './key-limit.js';
import type { ManagerSettings } from './options.js';
import { batchOperation, batchRequest, encoded, makesKey, writeRequest } from './write-request.js';

/** The writes of a namespace: each is remembered, so that no read after it returns anything older. */
export class Writes {
  readonly #namespace: string;
  readonly #settings: ManagerSettings;
  readonly #coherence: Coherence;
  /** Watches of the app that have not begun. */
  readonly #beginning = new Set<Promise<void>>();

  constructor(namespace: string, settings: ManagerSettings, coherence: Coherence) {
    this.#namespace = namespace;
    this.#settings = settings;
    this.#coherence = coherence;
  }

  /** Holds back writes until a watch has begun (or failed), so that it does not miss them. */
  waitFor(ready: Promise<void>): void {
    const beginning = ready.catch(() => {}).finally(() => this.#beginning.delete(beginning));
    this.#beginning.add(beginning);
  }

  async set(key: string, data: unknown, options: SetValueOptions): Promise<Value> {
    const { store, maxKeysPerNamespace } = this.#settings;
    const value = encoded(this.#settings, data, options.codec);
    const request = writeRequest(store, options);
    if (makesKey(options)) await checkKeyLimit(store, this.#namespace, [key], maxKeysPerNamespace, options);
    const write = (): Promise<Entry> => store.set(this.#namespace, key, value, request);
    return Value.fromEntry(await this.#write([key], options, write, (entry) => [entry]), this.#settings);
  }

  async delete(key: string, options: DeleteValueOptions): Promise<void> {
    const { store } = this.#settings;
    const { ifVersion, requestId, comment, signal } = writeRequest(store, options);
    const request = { ifVersion, requestId, comment, signal };
    const write = (): Promise<Entry | undefined> => store.delete(this.#namespace, key, request);
    await this.#write([key], options, write, () => [undefined]);
  }

  async batch(writes: readonly BatchWrite[], options: BatchWriteOptions): Promise<BatchResult> {
    const store = storeThatCan(this.#settings.store, 'batch');
    const request = batchRequest(store, options);
    const operations = writes.map((write) => batchOperation(this.#settings, write));
    const made = writes.filter(makesKey).map(({ key }) => key);
    await checkKeyLimit(store, this.#namespace, made, this.#settings.maxKeysPerNamespace, options);
    const keys = writes.map(({ key }) => key);
    const write = (): Promise<BatchOutcome> => store.batch(this.#namespace, operations, request);
    return this.#result(await this.#write(keys, options, write, (outcome) => outcome.entries));
  }

  async restore(target: RestoreTarget, options: BatchWriteOptions): Promise<BatchResult> {
    const store = storeThatCan(this.#settings.store, 'restore');
    await this.#watchesBegun(options);
    const outcome = await store.restore(this.#namespace, target, batchRequest(store, options));
    // Which keys it would change was not known before, so that changes meanwhile were not noticed: read them again.
    if (!outcome.dryRun) for (const entry of outcome.entries) this.#coherence.forget(entry.key);
    return this.#result(outcome);
  }

  /** Writes, and remembers what was written of each key: its entry, a tombstone, or `undefined` after a delete. */
  async #write<Answer>(
    keys: readonly string[],
    options: BatchWriteOptions,
    write: () => Promise<Answer>,
    written: (answer: Answer) => readonly (Entry | undefined)[],
  ): Promise<Answer> {
    await this.#watchesBegun(options);
    const calls = new Map([...new Set(keys)].map((key) => [key, this.#coherence.begin(key)]));
    try {
      const answer = await write();
      if (options.dryRun) return answer;
      const entries = new Map(written(answer).map((entry, i) => [keys[i], entry]));
      for (const [key, call] of calls) {
        const entry = entries.get(key);
        this.#coherence.settle(call, entry?.deleted ? undefined : entry, entry?.revision);
        // The answer may be that of an earlier call with the same id, and the key another since.
        if (options.requestId !== undefined) this.#coherence.forget(key);
      }
      return answer;
    } finally {
      for (const call of calls.values()) this.#coherence.abandon(call);
      this.#coherence.flush();
    }
  }

  async #watchesBegun({ signal }: CallOptions): Promise<void> {
    if (this.#beginning.size > 0) await untilAborted(Promise.all(this.#beginning), signal);
  }

  #result({ entries, firstRevision, lastRevision, dryRun }: BatchOutcome): BatchResult {
    const values = entries.map((entry) => (entry.deleted ? undefined : Value.fromEntry(entry, this.#settings)));
    return { values, firstRevision, lastRevision, dryRun };
  }
}

/** Returns the store if it has the capability, now; else throws `unsupported`. */
export function storeThatCan<C extends Capability>(store: Store, capability: C): Store & CapabilityOf<C> {
  if (!can(store, capability)) throw new ConfigError('unsupported', `the store lacks the capability ${capability}`);
  return store;
}
