import type { BatchOptions, BatchOutcome, RestoredKey } from '../contract/batch.js';
import { Change } from '../contract/change.js';
import { Entry } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import type { WriteOptions } from '../contract/store.js';
import { entryAfterDelete, entryAfterRestore, entryAfterSet } from '../rules/write-rules.js';
import type { OwnBatchOperation } from './operation.js';

interface Step {
  readonly entry: Entry;
  readonly last: Entry | undefined;
}

/** The writes of a batch, decided step by step before the first is made: all are made, or none. */
export class Plan {
  readonly #namespace: string;
  readonly #nowMs: number;
  #revision: number;
  #steps: Step[] = [];
  /** The states that earlier steps leave. */
  #states = new Map<string, Entry>();

  /** `revision` is the newest of the log. */
  constructor(namespace: string, revision: number, nowMs: number) {
    this.#namespace = namespace;
    this.#revision = revision;
    this.#nowMs = nowMs;
  }

  /** How many changes it has. */
  get size(): number {
    return this.#steps.length;
  }

  /** `before` is the key's last state before the batch. Throws where the rules refuse the operation. */
  add(operation: OwnBatchOperation, before: Entry | undefined, options: BatchOptions): void {
    const { key } = operation;
    const last = this.#states.get(key) ?? before;
    const { author } = options;
    const all = { ...operation, author, comment: operation.comment ?? options.comment };
    const revision = this.#revision + 1;
    this.#push(
      operation.type === 'set'
        ? entryAfterSet(this.#namespace, key, last, operation.value, all, revision, this.#nowMs)
        : entryAfterDelete(this.#namespace, key, last, all, revision, this.#nowMs),
      last,
    );
  }

  /** Brings `past` back over `last`. */
  restore(past: Entry, last: Entry | undefined, options: WriteOptions): void {
    this.#push(entryAfterRestore(past, last, options, this.#revision + 1, this.#nowMs), last);
  }

  /** Deletes `last`. */
  delete(last: Entry, options: WriteOptions): void {
    const { author, comment } = options;
    const { namespace, key } = last;
    this.#push(entryAfterDelete(namespace, key, last, { author, comment }, this.#revision + 1, this.#nowMs), last);
  }

  /** Throws `version_mismatch` unless these are the changes that it has. */
  check(expected: readonly RestoredKey[]): void {
    const isSame = ({ entry }: Step, index: number): boolean => {
      const { key, version, deleted } = expected[index] ?? {};
      return entry.key === key && entry.version === version && entry.deleted === deleted;
    };
    if (expected.length === this.#steps.length && this.#steps.every(isSame)) return;
    throw new ConfigError('version_mismatch', `namespace ${this.#namespace} has changed since the dry run`);
  }

  /** The changes to write, marked as one write. */
  changes(requestId: string): { readonly change: Change; readonly last: Entry | undefined }[] {
    const end = this.#steps.length - 1;
    return this.#steps.map(({ entry, last }, index) => ({
      change: new Change(entry.deleted ? 'delete' : 'set', entry, entry.revision, requestId, index < end),
      last,
    }));
  }

  /** The outcome of a dry run: the entries as they would be, without the revisions that they did not get. */
  dryOutcome(): BatchOutcome {
    const entries = this.#steps.map(({ entry }) => new Entry({ ...entry, bytes: entry.bytes, revision: 0 }));
    return { entries, firstRevision: 0, lastRevision: 0, dryRun: true };
  }

  #push(entry: Entry, last: Entry | undefined): void {
    this.#steps.push({ entry, last });
    this.#states.set(entry.key, entry);
    this.#revision = entry.revision;
  }
}
