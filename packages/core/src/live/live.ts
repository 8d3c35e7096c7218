import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError } from '../contract/errors.js';
import { NewestStream } from '../util/newest.js';
import { untilAborted } from '../util/wait.js';
import { isSame } from './difference.js';
import type { Feed } from './feed.js';
import type { Invalid, LiveChange, LiveState, Source } from './live-state.js';
import type { OutputOf } from './schema.js';

/** How a live reference stands. */
export interface LiveStatus {
  /** Where the current value came from; `undefined`: there is none yet. */
  readonly source: Source | undefined;
  /** The greatest revision of its keys; 0 where that is not known. */
  readonly revision: number;
  /** The server is not heard of now. */
  readonly stale: boolean;
  /** Why the newest value was not taken, or why there is none. */
  readonly error: ConfigError | undefined;
}

/** A part of a live reference: see {@link Live.pick}. */
export interface Picked<U> {
  readonly current: U;
  /** Called when the part is another. Returns what ends it. */
  on(event: 'change', listener: (change: { readonly previous: U; readonly current: U }) => unknown): Disposable;
}

interface Parts<S extends StandardSchemaV1> {
  readonly state: LiveState<S>;
  readonly feed: Feed;
}

/**
 * A typed object bound to the keys below a prefix. It is always one that was valid: each write of the store is taken whole
 * or, where it is not valid, not at all. Listeners may fail without harm. Release it by `using` or `close()`.
 *
 * @example
 * const DbSettings = z.object({ host: z.string(), pool: z.number().default(10) });
 * using db = await config.live('db', DbSettings);
 * db.on('change', ({ current, changed }) => changed.has('pool') && pool.resize(current.pool));
 * db.on('invalid', ({ error }) => logger.error({ err: error }, 'settings refused'));
 * connectTo(db.current.host);
 */
export class Live<S extends StandardSchemaV1> implements AsyncIterable<OutputOf<S>>, Disposable, AsyncDisposable {
  readonly #parts: Parts<S>;
  readonly #state: LiveState<S>;

  constructor(parts: Parts<S>) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  /** The last valid value, frozen. Throws `not_connected` before there is one: wait for {@link ready}. */
  get current(): OutputOf<S> {
    const { value } = this.#state;
    if (value !== undefined) return value;
    throw this.#state.error ?? new ConfigError('not_connected', 'the live reference has no value yet');
  }

  /**
   * Fulfilled once there is a valid value. Rejects with `invalid_value` where what is there is not valid, and as the store
   * does where that refuses; a valid value that comes later is taken all the same.
   */
  get ready(): Promise<void> {
    return this.#parts.state.current === undefined ? this.#parts.feed.ready : Promise.resolve();
  }

  get status(): LiveStatus {
    const { state, feed } = this.#parts;
    const { source, revision = 0 } = state.current ?? {};
    return { source, revision, stale: !feed.isLive, error: state.error ?? feed.error };
  }

  /** Calls the listener with each change of the value, or with each value that is not taken. Returns what ends it. */
  on(event: 'change', listener: (change: LiveChange<OutputOf<S>>) => unknown): Disposable;
  on(event: 'invalid', listener: (invalid: Invalid) => unknown): Disposable;
  on(event: 'change' | 'invalid', listener: (event: never) => unknown): Disposable {
    const { changes, invalid } = this.#parts.state;
    if (event === 'change') return changes.add(listener as (change: LiveChange<OutputOf<S>>) => unknown);
    if (event === 'invalid') return invalid.add(listener as (invalid: Invalid) => unknown);
    throw new ConfigError('invalid_argument', 'a live reference has the events change and invalid');
  }

  /**
   * A part of the value: its listeners are called only when that part is another.
   *
   * @example
   * db.pick(({ pool }) => pool).on('change', ({ current }) => pool.resize(current));
   */
  pick<U>(select: (current: OutputOf<S>) => U): Picked<U> {
    const live = this;
    return {
      get current(): U {
        return select(live.current);
      },
      on: (_event, listener) => {
        const { state } = live.#parts;
        let known = state.current && { part: select(state.current.value) };
        return state.changes.add(({ current }) => {
          const part = select(current);
          const previous = known;
          known = { part };
          if (previous !== undefined && !isSame(previous.part, part))
            listener({ previous: previous.part, current: part });
        });
      },
    };
  }

  /**
   * Resolves with the first value for which the condition holds, the current one included. Rejects with `closed` when the
   * reference is closed, and with the signal's reason.
   *
   * @example
   * await flags.when(({ isOpen }) => isOpen);
   */
  async when(
    condition: (current: OutputOf<S>) => boolean,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<OutputOf<S>> {
    const { state, feed } = this.#parts;
    feed.signal.throwIfAborted();
    if (state.current !== undefined && condition(state.current.value)) return state.current.value;
    let listening: Disposable | undefined;
    const holds = new Promise<OutputOf<S>>((resolve) => {
      listening = state.changes.add(({ current }) => condition(current) && resolve(current));
    });
    try {
      return await untilAborted(untilAborted(holds, feed.signal), signal);
    } finally {
      listening?.[Symbol.dispose]();
    }
  }

  /** The current value, then each new one, until it is closed. A slow reader gets the newest. */
  async *[Symbol.asyncIterator](): AsyncGenerator<OutputOf<S>, void, undefined> {
    const { state, feed } = this.#parts;
    const end = (): void => stream.end();
    const stream = new NewestStream<OutputOf<S>>();
    using _ = state.changes.add(({ current }) => stream.push([['', current]]));
    if (state.current !== undefined) stream.push([['', state.current.value]]);
    if (feed.signal.aborted) stream.close();
    feed.signal.addEventListener('abort', end, { once: true });
    try {
      for await (const values of stream) yield* values;
    } finally {
      feed.signal.removeEventListener('abort', end);
    }
  }

  /** Releases everything; `current` remains what it was. Closing twice is fine. */
  close(): void {
    this.#parts.feed.close();
    this.#parts.state.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** A live reference that can be awaited: `await config.live(…)` is one that has a value. */
export class PendingLive<S extends StandardSchemaV1> extends Live<S> implements PromiseLike<Live<S>> {
  readonly #live: Live<S>;

  constructor(parts: Parts<S>) {
    super(parts);
    this.#live = new Live(parts);
  }

  then<A = Live<S>, B = never>(
    resolve?: ((live: Live<S>) => A | PromiseLike<A>) | null,
    reject?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.ready.then(() => this.#live).then(resolve, reject);
  }
}
