import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError, isConfigError } from '../contract/errors.js';
import type { Logger } from '../util/logger.js';
import type { Maybe } from '../util/steps.js';
import { freezeDeeply } from '../value/freeze.js';
import type { Value } from '../value/value.js';
import { changedPaths, type Path } from './difference.js';
import { Listeners } from './events.js';
import { type Issue, type OutputOf, validate } from './schema.js';
import { type Separator, unflatten } from './shape.js';

/** Where a value came from. */
export type Source = 'server' | 'cache' | 'bootstrap' | 'defaults';

/** The keys that exist below a prefix. */
export interface Snapshot {
  readonly values: ReadonlyMap<string, Value>;
  readonly source: Source;
}

export interface LiveChange<T> {
  readonly previous: T | undefined;
  readonly current: T;
  /** The paths of the properties that are others now, nested ones with dots, and of those that they are in. */
  readonly changed: ReadonlySet<Path<T>>;
}

/** A value that was not taken: the last good one stays. */
export interface Invalid {
  /** `invalid_value`: says what is wrong with which key, its version and who wrote it. Never shows the value. */
  readonly error: ConfigError;
  readonly issues: readonly Issue[];
}

export interface LiveStateOptions<S extends StandardSchemaV1> {
  readonly schema: S;
  /** With the separator at its end, unless empty. */
  readonly prefix: string;
  readonly separator: Separator;
  readonly logger: Logger;
  /** Expands references. Absent: there are none. */
  expand?(values: ReadonlyMap<string, Value>): Maybe<ReadonlyMap<string, Value>>;
}

/** The value of a live reference: checked, frozen, and swapped whole. */
export class LiveState<S extends StandardSchemaV1> {
  readonly changes: Listeners<LiveChange<OutputOf<S>>>;
  readonly invalid: Listeners<Invalid>;
  readonly #options: LiveStateOptions<S>;
  /** The value of {@link current}, one step nearer for those who read it all the time. */
  value: OutputOf<S> | undefined;
  #current: { readonly value: OutputOf<S>; readonly source: Source; readonly revision: number } | undefined;
  #error: ConfigError | undefined;
  #checking: Promise<void> = Promise.resolve();
  /** A check of an older snapshot is dropped where a newer one has come. */
  #newest = 0;
  #isClosed = false;

  constructor(options: LiveStateOptions<S>) {
    this.#options = options;
    this.changes = new Listeners(options.logger);
    this.invalid = new Listeners(options.logger);
  }

  get current(): { readonly value: OutputOf<S>; readonly source: Source; readonly revision: number } | undefined {
    return this.#current;
  }

  /** The fault of the newest value; `undefined` where it has none. */
  get error(): ConfigError | undefined {
    return this.#error;
  }

  /** Checks what there is now, and takes it. Settles when that is done, whatever came of it. */
  take(snapshot: Snapshot): Promise<void> {
    this.#newest += 1;
    const number = this.#newest;
    this.#checking = this.#checking.then(async () => {
      if (number === this.#newest && !this.#isClosed) await this.#take(snapshot, number);
    });
    return this.#checking;
  }

  close(): void {
    this.#isClosed = true;
    this.changes.clear();
    this.invalid.clear();
  }

  async #take(snapshot: Snapshot, number: number): Promise<void> {
    let issues: readonly Issue[];
    let { values } = snapshot;
    try {
      const { schema, prefix, separator } = this.#options;
      values = (await this.#options.expand?.(values)) ?? values;
      const data = new Map([...values].map(([key, value]) => [key, value.data]));
      const checked = await validate(schema, unflatten(prefix, data, separator));
      if (number !== this.#newest || this.#isClosed) return;
      if ('value' in checked) {
        this.#swap(checked.value, snapshot.source, values);
        return;
      }
      issues = checked.issues;
    } catch (error) {
      if (this.#isClosed) return;
      issues = [{ path: '', message: error instanceof Error ? error.message : String(error) }];
      if (isConfigError(error)) {
        this.#refuse(error, issues);
        return;
      }
    }
    this.#refuse(this.#fault(issues, values), issues);
  }

  #swap(value: OutputOf<S>, source: Source, values: ReadonlyMap<string, Value>): void {
    freezeDeeply(value);
    const previous = this.#current?.value;
    const changed = changedPaths(previous, value);
    const isFirst = this.#current === undefined;
    let revision = 0;
    for (const each of values.values()) revision = Math.max(revision, each.revision);
    this.#error = undefined;
    // The same object stays where nothing is another.
    const kept = isFirst || changed.size > 0 ? value : (previous as OutputOf<S>);
    this.#current = { value: kept, source, revision };
    this.value = kept;
    if (!isFirst && changed.size === 0) return;
    this.changes.tell({
      previous,
      current: value,
      changed: changed as ReadonlySet<string> as ReadonlySet<Path<OutputOf<S>>>,
    });
  }

  #refuse(error: ConfigError, issues: readonly Issue[]): void {
    this.#error = error;
    this.#options.logger.warn(
      { err: error, prefix: this.#options.prefix },
      'a new value is not valid; the last one stays',
    );
    this.invalid.tell({ error, issues });
  }

  #fault(issues: readonly Issue[], values: ReadonlyMap<string, Value>): ConfigError {
    const { prefix, separator } = this.#options;
    const words = issues.map(({ path, message }) => {
      const value = values.get(prefix + path.replaceAll('.', separator));
      if (value === undefined) return `${path || prefix || 'the value'}: ${message}`;
      const author = value.author === '' ? '' : ` by ${value.author}`;
      return `${value.key} (version ${value.version}${author}): ${message}`;
    });
    return new ConfigError('invalid_value', `invalid value: ${words.join('; ')}`);
  }
}
