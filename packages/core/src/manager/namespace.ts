import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { RestoreTarget } from '../contract/batch.js';
import { ConfigError } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';
import { Binder, type BindOptions } from '../live/binder.js';
import type { Value } from '../value/value.js';
import type {
  BatchResult,
  BatchWrite,
  BatchWriteOptions,
  ChangesQuery,
  DeleteValueOptions,
  SetValueOptions,
} from './call-options.js';
import { KeyChanges } from './changes.js';
import { ReadableNamespace } from './readable-namespace.js';
import type { Shared } from './shared.js';
import { Writes } from './writes.js';

/** One namespace's configuration, as an app reads and writes it. Made by `manager.namespace(name)`. */
export class Namespace extends ReadableNamespace {
  readonly #writes: Writes;

  constructor(name: string, shared: Shared) {
    super(name, shared);
    this.#writes = new Writes(name, shared.settings, this.coherence);
  }

  /**
   * Encodes and writes; returns the value as written. Fails as the options say, with `invalid_value` for what the codec
   * cannot keep, and as the store does.
   *
   * @example
   * const next = await config.set('app/timeout', 45, { ifVersion: timeout.version, comment: 'too many retries' });
   */
  async set(key: string, data: unknown, options: SetValueOptions = {}): Promise<Value> {
    return this.#writes.set(this.resolve(key, options), data, options);
  }

  /** Fails with `not_found` if there is no such key. */
  async delete(key: string, options: DeleteValueOptions = {}): Promise<void> {
    await this.#writes.delete(this.resolve(key, options), options);
  }

  /**
   * Applies all writes, in order, or none. Fails as the first that is refused fails, with `index` and `key` in the
   * error's metadata; with `unsupported` where the store has no batches. At most 1,000 writes.
   *
   * @example
   * await config.batch([
   *   { type: 'set', key: 'db/host', data: 'db2', ifVersion: 3 },
   *   { type: 'delete', key: 'db/replica' },
   * ]);
   */
  async batch(writes: readonly BatchWrite[], options: BatchWriteOptions = {}): Promise<BatchResult> {
    this.shared.lifecycle.check(options);
    return this.#writes.batch(
      writes.map((write) => ({ ...write, key: this.resolve(write.key, options) })),
      options,
    );
  }

  /**
   * Brings a key, or without one the whole namespace, back to an earlier version or revision, as new changes, all or
   * nothing. Fails with `version_not_found`, `revision_compacted`, `unsupported`.
   *
   * @example
   * await config.restore({ key: 'db/host', to: { version: 3 } });
   * await config.restore({ to: { revision: 1_204 } }, { dryRun: true });
   */
  async restore(target: RestoreTarget, options: BatchWriteOptions = {}): Promise<BatchResult> {
    this.shared.lifecycle.check(options);
    const key = target.key === undefined ? undefined : this.resolve(target.key, options);
    return this.#writes.restore({ ...target, key }, options);
  }

  /**
   * The changes of the keys below a prefix, from the call on: none that is made after it is missed, while some of the
   * last before it may be told. Survives a lost connection: where the store cannot tell what was missed (it has no
   * revisions, has forgotten them, or is another now), the keys are read again, and one change is told for each that is
   * another now. For that they are read once at the beginning; where they may not be listed, it fails instead. Fails with
   * `revision_compacted` where `startRevision` is forgotten, else as the store does. Close it, iterate it to an end, or end
   * it by the signal.
   *
   * @example
   * await using changes = config.watch({ prefix: 'app/' });
   * for await (const { type, key, value } of changes) console.log(type, key, value?.data);
   */
  watch(query: ChangesQuery = {}): KeyChanges {
    const { lifecycle, settings, signal, position } = this.shared;
    lifecycle.check();
    const { key, prefix = '', startRevision, logId = '' } = query;
    if (key !== undefined && prefix !== '') throw new ConfigError('invalid_argument', 'key excludes prefix');
    if (key !== undefined) checkKey(key);
    const { store, codecs, backoff } = settings;
    const changes = new KeyChanges({
      ...{ store, codecs, namespace: this.name, key, prefix: key ?? prefix, backoff, known: position },
      from: startRevision === undefined ? undefined : { revision: startRevision, logId },
      signal: query.signal === undefined ? signal : AbortSignal.any([query.signal, signal]),
    });
    this.#writes.waitFor(changes.ready);
    return changes;
  }

  /** An object and the keys below `prefix` that it is made of, to be read and written as one. */
  bind<S extends StandardSchemaV1>(prefix: string, schema: S, options?: BindOptions): Binder<S> {
    return new Binder(this, prefix, schema, options);
  }
}
