import type { CachedState } from '../cache.js';
import type { Memory } from './memory.js';

/** The revision of a state that is not known any more; what is kept of it is only shown, never served. */
const outdated = -1;

/**
 * Every key below a prefix. Once it is complete, a key that it does not have does not exist. While it is filled anew
 * after a break, what was there before is still shown.
 */
export class LoadedMemory implements Memory {
  readonly whole = true;
  readonly prefix: string;
  /** The stretch of an unbroken watch that it is complete for; 0: none yet. */
  #generation = 0;
  #states = new Map<string, CachedState>();
  #filling: Map<string, CachedState> | undefined;
  /** Keys known to be absent as of a revision that the watch has not told of yet. */
  #absent: { readonly key: string; readonly revision: number }[] = [];
  readonly #onForgotten: (key: string) => void;

  /** `onForgotten` is told of each key that has to be read again. */
  constructor(prefix: string, onForgotten: (key: string) => void) {
    this.prefix = prefix;
    this.#onForgotten = onForgotten;
  }

  covers(key: string): boolean {
    return key.startsWith(this.prefix);
  }

  /** Whether a key that it does not have does not exist. */
  isComplete(generation: number): boolean {
    return this.#generation === generation && this.#filling === undefined;
  }

  get(key: string): CachedState | undefined {
    return this.#current.get(key);
  }

  keep(key: string, state: CachedState): void {
    this.#current.set(key, state);
    if (state.value === undefined && state.revision > 0) this.#absent.push({ key, revision: state.revision });
  }

  forget(key: string): void {
    const state = this.#current.get(key);
    this.#current.set(key, { value: state?.value, generation: 0, revision: outdated });
    if (this.#filling === undefined) this.#onForgotten(key);
  }

  /** Starts to fill it anew. */
  begin(): void {
    this.#filling = new Map();
    this.#absent = [];
  }

  /** It has every key now. */
  complete(generation: number): void {
    if (this.#filling === undefined) return;
    this.#states = this.#filling;
    this.#filling = undefined;
    this.#generation = generation;
    for (const [key, state] of this.#states) if (state.revision === outdated) this.#onForgotten(key);
  }

  /** It could not be filled. */
  abandon(): void {
    this.#filling = undefined;
  }

  /** Drops the memory of deletions up to `revision`: nothing older can come. Not while it is filled: a page can. */
  prune(revision: number): void {
    if (this.#filling !== undefined || this.#absent.length === 0) return;
    this.#absent = this.#absent.filter((absent) => {
      if (absent.revision > revision) return true;
      if (this.#states.get(absent.key)?.revision === absent.revision) this.#states.delete(absent.key);
      return false;
    });
  }

  /** The keys that are there, as last known. */
  *values(): Generator<[key: string, state: CachedState], void, undefined> {
    for (const [key, state] of this.#states) if (state.value !== undefined) yield [key, state];
  }

  get #current(): Map<string, CachedState> {
    return this.#filling ?? this.#states;
  }
}
