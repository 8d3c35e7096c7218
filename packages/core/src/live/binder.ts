import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError } from '../contract/errors.js';
import type { CallOptions, Query } from '../contract/store.js';
import type { BatchResult, BatchWrite, BatchWriteOptions } from '../manager/call-options.js';
import type { Value } from '../value/value.js';
import { isSame } from './difference.js';
import { checkSchema, type OutputOf, validate } from './schema.js';
import { beginningOf, flatten, isTree, type Separator, unflatten } from './shape.js';

/** The part of a namespace that a binder uses. */
export interface Bound {
  all(query: Query, options?: CallOptions): AsyncIterable<Value>;
  batch(writes: readonly BatchWrite[], options?: BatchWriteOptions): Promise<BatchResult>;
}

export interface BindOptions {
  /** The separator of the names of nested properties in keys. Default `/`. */
  readonly separator?: Separator | undefined;
}

/** The outcome of writing an object. */
export interface BindResult {
  /** The keys that were set, and those that were deleted, in key order. */
  readonly set: readonly string[];
  readonly deleted: readonly string[];
  /** Of the last change; 0 where nothing was written. */
  readonly revision: number;
}

/**
 * An object and the keys below a prefix that it is made of: read as one, and written as one. Made by `namespace.bind(…)`.
 *
 * @example
 * const settings = config.bind('db', z.object({ host: z.string(), pool: z.number() }));
 * await settings.write({ ...(await settings.read()), pool: 20 }, { comment: 'more clients' }); // one key is written
 */
export class Binder<S extends StandardSchemaV1> {
  readonly #namespace: Bound;
  readonly #prefix: string;
  readonly #schema: S;
  readonly #separator: Separator;

  /** Throws `invalid_argument` for what is not a schema. */
  constructor(namespace: Bound, prefix: string, schema: S, { separator = '/' }: BindOptions = {}) {
    checkSchema(schema);
    this.#namespace = namespace;
    this.#prefix = beginningOf(prefix, separator);
    this.#schema = schema;
    this.#separator = separator;
  }

  /** The object, from the store. Fails with `invalid_value` where it does not fit the schema. */
  async read(options: CallOptions = {}): Promise<OutputOf<S>> {
    const values = await this.#values(options);
    const data = new Map([...values].map(([key, value]) => [key, value.data]));
    return this.#checked(unflatten(this.#prefix, data, this.#separator));
  }

  /**
   * Makes the keys those of the object, as one batch: sets what is another, deletes what the object has not. An object that
   * is kept in one key stays in one. Fails with `invalid_value`, before anything is written, where the object does not fit
   * the schema; with `version_mismatch` or `key_exists` where a key was changed meanwhile, and then nothing is written;
   * with `unsupported` where the store has no batches.
   */
  async write(data: StandardSchemaV1.InferInput<S>, options: BatchWriteOptions = {}): Promise<BindResult> {
    const checked: unknown = await this.#checked(data);
    if (!isTree(checked)) throw new ConfigError('invalid_value', 'invalid value: only an object can be bound to keys');
    const there = await this.#values(options);
    const isWhole = (key: string): boolean => isTree(there.get(key)?.data);
    const wanted = flatten(this.#prefix, checked, this.#separator, isWhole);
    const writes: BatchWrite[] = [];
    for (const [key, each] of wanted) {
      const value = there.get(key);
      if (value !== undefined && isSame(value.data, each)) continue;
      const codec = value?.codec;
      writes.push({ type: 'set', key, data: each, ...(codec && { codec }), ifVersion: value?.version ?? 0 });
    }
    for (const [key, { version }] of there)
      if (!wanted.has(key)) writes.push({ type: 'delete', key, ifVersion: version });
    const keys = (type: BatchWrite['type']): string[] =>
      writes
        .filter((write) => write.type === type)
        .map(({ key }) => key)
        .sort();
    const done = { set: keys('set'), deleted: keys('delete') };
    if (writes.length === 0) return { ...done, revision: 0 };
    return { ...done, revision: (await this.#namespace.batch(writes, options)).lastRevision };
  }

  async #values({ signal }: CallOptions): Promise<Map<string, Value>> {
    const values = new Map<string, Value>();
    for await (const value of this.#namespace.all({ prefix: this.#prefix }, { signal })) values.set(value.key, value);
    return values;
  }

  async #checked(data: unknown): Promise<OutputOf<S>> {
    const checked = await validate(this.#schema, data);
    if ('value' in checked) return checked.value;
    const words = checked.issues.map(({ path, message }) => `${path || this.#prefix || 'the value'}: ${message}`);
    throw new ConfigError('invalid_value', `invalid value: ${words.join('; ')}`);
  }
}
