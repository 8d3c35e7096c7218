import { isConfigError, isTransient, keyNotFound } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';
import { settledWithin } from '../util/wait.js';
import { Value } from '../value/value.js';
import type { GetOptions } from './call-options.js';
import type { Coherence, Pending } from './coherence.js';
import type { Follower } from './follower.js';
import type { KeyState } from './key-states.js';
import type { Shared } from './shared.js';
import { storeThatCan } from './writes.js';

/**
 * How long a read of a remembered key waits for the store, in milliseconds: while nothing speaks against the store, and
 * after the watch was lost, until the store has answered anything.
 */
const patienceMs = { answering: 500, suspect: 5 } as const;

interface Reading {
  readonly value: Promise<Value>;
  readonly pending: Pending;
}

/** The reads of one key of a namespace: from memory while the watch holds, else from the store. */
export class Reads {
  readonly #namespace: string;
  readonly #shared: Shared;
  readonly #coherence: Coherence;
  readonly #follower: Follower;
  /** Where the cache does not ask what was read, it alone bounds what is remembered. */
  readonly #keepsReady: boolean;
  /** Reads of the store that are under way and that nobody can end, by key: whoever asks meanwhile shares them. */
  readonly #running = new Map<string, Reading>();
  /** After how many losses of the watch the store was last seen to answer. */
  #answeredAt = -1;
  /** How many reads ask the store now while something speaks against it. */
  #doubtful = 0;

  constructor(namespace: string, shared: Shared, coherence: Coherence, follower: Follower) {
    this.#namespace = namespace;
    this.#shared = shared;
    this.#coherence = coherence;
    this.#follower = follower;
    this.#keepsReady = shared.settings.cache.askBeforeForgetting !== undefined;
  }

  get(key: string, options: GetOptions | undefined): Promise<Value> {
    const { lifecycle, aliases } = this.#shared;
    try {
      lifecycle.check(options);
      const name = aliases.resolve(key);
      const isCached = options === undefined || (options.read !== 'store' && !options.atRevision);
      if (isCached && this.#follower.live) {
        // A remembered key has been checked already, so the memory is asked before the name is checked.
        const ready = this.#coherence.ready(name);
        if (ready !== undefined) return Promise.resolve(ready);
        const state = this.#coherence.fresh(name);
        if (state !== undefined) {
          const value = this.#serve(name, state);
          if (value !== undefined) return Promise.resolve(value);
          checkKey(key);
          if (state.entry === undefined) return this.#absent(name, options);
        }
      }
      checkKey(key);
      const value = isCached ? this.#ask(name, options) : this.#exactly(name, options);
      return options !== undefined && 'default' in options ? this.#orDefault(value, options) : value;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  peek(key: string): Value | undefined {
    const { lifecycle, aliases } = this.#shared;
    lifecycle.check();
    const name = aliases.resolve(key);
    if (this.#follower.live) {
      const ready = this.#coherence.ready(name);
      if (ready !== undefined) return ready;
      const state = this.#coherence.fresh(name);
      if (state !== undefined) return this.#serve(name, state);
    }
    return this.#remembered(name);
  }

  /** The value of a fresh state; ready for the next read, too, if it does not expire. */
  #serve(name: string, state: KeyState): Value | undefined {
    const value = this.#shown(state);
    if (value !== undefined && !state.expires && this.#keepsReady) this.#coherence.serve(name, value);
    return value;
  }

  #shown(state: KeyState): Value | undefined {
    return state.isExpired ? undefined : state.value(this.#shared.settings.codecs);
  }

  /** The last known value, marked stale. */
  #remembered(name: string): Value | undefined {
    const state = this.#coherence.last(name);
    if (state !== undefined) return this.#shown(state)?.asStale();
    if (this.#follower.wasLive) return undefined;
    return this.#shared.settings.bootstrap.get(this.#namespace)?.get(name);
  }

  #absent(name: string, options: GetOptions | undefined): Promise<Value> {
    const absent = Promise.reject(keyNotFound(this.#namespace, name));
    return options !== undefined && 'default' in options ? this.#orDefault(absent, options) : absent;
  }

  async #orDefault(value: Promise<Value>, options: GetOptions): Promise<Value> {
    try {
      return await value;
    } catch (error) {
      if (!isConfigError(error, 'not_found')) throw error;
      const { codecs, defaultCodec } = this.#shared.settings;
      return Value.of(options.default, { codec: defaultCodec, codecs });
    }
  }

  /**
   * The store's answer, or the last known value where that does not come, or not soon. While something speaks against the
   * store, one read finds out, and the others do not wait for it.
   */
  async #ask(name: string, options: GetOptions | undefined): Promise<Value> {
    const { signal } = this.#shared;
    this.#follower.start();
    const soon = this.#remembered(name);
    const isSuspect = this.#isSuspect;
    if (soon !== undefined && isSuspect && this.#doubtful > 0) return soon;
    const answer = this.#read(name, options?.signal);
    if (isSuspect) this.#doubt(answer);
    try {
      if (soon === undefined) return await answer;
      const patience = isSuspect ? patienceMs.suspect : patienceMs.answering;
      if (await settledWithin(answer, patience, options?.signal)) return await answer;
      // It goes on, for whoever asks next.
      answer.catch(() => {});
      return soon;
    } catch (error) {
      if (options?.signal?.aborted || signal.aborted || !isTransient(error)) throw error;
      const last = this.#remembered(name);
      if (last === undefined) throw error;
      return last;
    }
  }

  get #isSuspect(): boolean {
    const { isLost, losses } = this.#follower;
    return isLost && losses !== this.#answeredAt;
  }

  #doubt(answer: Promise<unknown>): void {
    this.#doubtful += 1;
    const settled = (): void => {
      this.#doubtful -= 1;
    };
    answer.then(settled, settled);
  }

  async #exactly(name: string, { atRevision = 0, signal }: GetOptions = {}): Promise<Value> {
    if (atRevision === 0) return this.#store(name, signal);
    const { settings } = this.#shared;
    const entry = await storeThatCan(settings.store, 'revisions').get(this.#namespace, name, { atRevision, signal });
    return Value.fromEntry(entry, settings);
  }

  /** A read that is shared until something is known to have happened to the key since. One with a signal is its own. */
  #read(name: string, signal: AbortSignal | undefined): Promise<Value> {
    if (signal !== undefined) return this.#store(name, signal);
    const running = this.#running.get(name);
    if (running !== undefined && !this.#coherence.hasNews(running.pending)) return running.value;
    const pending = this.#coherence.begin(name);
    const value = this.#store(name, this.#shared.signal, pending).finally(() => {
      if (this.#running.get(name) === reading) this.#running.delete(name);
    });
    const reading: Reading = { value, pending };
    this.#running.set(name, reading);
    return value;
  }

  async #store(key: string, signal: AbortSignal | undefined, pending = this.#coherence.begin(key)): Promise<Value> {
    const { store, codecs } = this.#shared.settings;
    try {
      const entry = await store.get(this.#namespace, key, { signal });
      this.#answeredAt = this.#follower.losses;
      return this.#coherence.settle(pending, entry).value(codecs) as Value;
    } catch (error) {
      if (isConfigError(error, 'not_found')) this.#coherence.settle(pending, undefined);
      else this.#coherence.abandon(pending);
      if (isTransient(error)) this.#answeredAt = -1;
      throw error;
    } finally {
      this.#coherence.flush();
    }
  }
}
