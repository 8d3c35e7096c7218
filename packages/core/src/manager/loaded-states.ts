import type { CachedState } from './cache.js';
import type { Memory } from './key-states.js';

/** The revision of a state that is not known any more; what is kept of it is only shown, never served. */
const outdated = -1;

type Stage =
  /** Its pages are still to be asked for. */
  | { readonly is: 'expired' }
  /** `since`: what changed up to this revision, its pages tell. Not known before the first of them, or at all. */
  | { readonly is: 'filling' | 'complete'; readonly since: number | undefined };

/**
 * Every key below a prefix. Once it is complete, a key that it does not have does not exist. While it is filled anew
 * after a break, what was there before is still shown.
 */
export class LoadedMemory implements Memory {
  readonly whole = true;
  readonly prefix: string;
  readonly #states = new Map<string, CachedState>();
  #stage: Stage = { is: 'expired' };
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
  get isComplete(): boolean {
    return this.#stage.is === 'complete';
  }

  get(key: string): CachedState | undefined {
    return this.#states.get(key);
  }

  keep(key: string, state: CachedState): void {
    this.#states.set(key, state);
    if (state.value === undefined && state.revision > 0) this.#absent.push({ key, revision: state.revision });
  }

  forget(key: string): void {
    this.#states.set(key, { value: this.#states.get(key)?.value, generation: 0, revision: outdated });
    if (this.isComplete) this.#onForgotten(key);
  }

  unknown(revision: number): 'skip' | 'keep' | 'forget' {
    const stage = this.#stage;
    // Every page is asked for later, and will tell.
    if (stage.is === 'expired') return 'skip';
    if (stage.since === undefined || revision === 0) return 'forget';
    return revision > stage.since ? 'keep' : 'skip';
  }

  /** It may have missed changes, or could not be filled: it has to be filled anew. */
  expire(): void {
    this.#stage = { is: 'expired' };
  }

  /** Its pages are asked for. */
  begin(): void {
    this.#stage = { is: 'filling', since: undefined };
  }

  /** The first page is there. It and those that follow show every write up to its `revision`. */
  since(revision: number | undefined): void {
    if (this.#stage.is === 'filling') this.#stage = { is: 'filling', since: revision };
  }

  /** It has every key now: what is not known of this stretch of the watch is not there any more. */
  complete(generation: number): void {
    if (this.#stage.is !== 'filling') return;
    this.#stage = { is: 'complete', since: this.#stage.since };
    for (const [key, state] of this.#states) {
      if (state.revision === outdated) this.#onForgotten(key);
      else if (state.generation !== generation) this.#states.delete(key);
    }
    this.#absent = this.#absent.filter(({ key, revision }) => this.#states.get(key)?.revision === revision);
  }

  /** Drops the memory of deletions up to `revision`: nothing older can come. Not while it is filled: a page can. */
  prune(revision: number): void {
    if (this.#stage.is === 'filling' || this.#absent.length === 0) return;
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
}
