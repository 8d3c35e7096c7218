import type { CachedState } from './cache.js';
import type { Change } from '../contract/change.js';
import type { CodecRegistry } from '../codecs/registry.js';
import type { Entry } from '../contract/entry.js';
import { Value } from '../value/value.js';
import type { LoadedMemory } from './loaded-states.js';
import type { Memory } from './key-states.js';

const absent: State = { value: undefined, revision: 0 };

/** A key's state: its value, or that it is not there. `revision` 0: not known. */
export type State = Pick<CachedState, 'value' | 'revision'>;

/** A call of the store for a key that is under way, and what became known of the key meanwhile. */
export interface Pending {
  readonly key: string;
  readonly generation: number;
  newest: State | undefined;
  /** Something happened to the key, and it cannot be told whether the store's answer is from before or after it. */
  unclear: boolean;
}

/**
 * The rules by which the store's answers and the watch's changes meet in what is remembered of a namespace.
 *
 * A remembered state may be served while the watch is unbroken, because every change after it will be told. What must
 * not be is that an older state replaces a newer one. Of two states with revisions the greater wins. A state without
 * one (a key that was not found, or that we have deleted; or the store counts no revisions) is kept only if nothing
 * happened to the key while it was asked for, and it is forgotten with the next change of the key, which may be from
 * before it: then the store is asked again. A change of a key of which nothing is kept need not be news either: the
 * watch may lag behind a write of ours. It counts only if it is known to be later than what was read. So what is served
 * is never older than a write of this process that the store has answered.
 */
export class Mirror {
  readonly #codecs: CodecRegistry;
  readonly #cached: Memory;
  readonly #loaded = new Set<LoadedMemory>();
  readonly #pending = new Map<string, Set<Pending>>();
  #generation = 0;

  constructor(cached: Memory, codecs: CodecRegistry) {
    this.#cached = cached;
    this.#codecs = codecs;
  }

  /** Counts the stretches of unbroken watching. 0: none yet. */
  get generation(): number {
    return this.#generation;
  }

  /** A watch begins that does not go on where the one before ended: what is remembered may be out of date. */
  renew(): void {
    this.#generation += 1;
    for (const loaded of this.#loaded) loaded.expire();
  }

  /** What may be served while the watch is unbroken. */
  fresh(key: string): State | undefined {
    const generation = this.#generation;
    for (const loaded of this.#loaded) {
      if (!loaded.isComplete || !loaded.covers(key)) continue;
      const state = loaded.get(key);
      if (state === undefined) return absent;
      if (state.generation === generation) return state;
    }
    const state = this.#cached.get(key);
    return state?.generation === generation ? state : undefined;
  }

  /** The last that was known of the key, however old, for when the store cannot be asked. */
  last(key: string): State | undefined {
    const fresh = this.fresh(key);
    if (fresh !== undefined) return fresh;
    for (const memory of this.#memories(key)) {
      const state = memory.get(key);
      if (state !== undefined && state.revision >= 0) return state;
    }
    return undefined;
  }

  /** To be called before the store is: what happens from now on is noted. */
  begin(key: string): Pending {
    const pending: Pending = { key, generation: this.#generation, newest: undefined, unclear: false };
    const calls = this.#pending.get(key);
    if (calls === undefined) this.#pending.set(key, new Set([pending]));
    else calls.add(pending);
    return pending;
  }

  /** The call has failed: it tells nothing. */
  abandon(pending: Pending): void {
    const calls = this.#pending.get(pending.key);
    if (calls?.delete(pending) && calls.size === 0) this.#pending.delete(pending.key);
  }

  /** The store has answered the call with `state`. */
  settle(pending: Pending, state: State): void {
    this.abandon(pending);
    this.#touch(pending.key, state);
    const { key, newest } = pending;
    // Revisions of two stretches do not compare: the log may be another.
    const comparable = state.revision > 0 && pending.generation === this.#generation;
    const unclear = pending.unclear || (newest !== undefined && !comparable);
    const best = newest !== undefined && newest.revision > state.revision ? newest : state;
    for (const memory of this.#memories(key)) {
      if (unclear) memory.forget(key);
      else this.#put(memory, key, best, pending.generation);
    }
  }

  /** Takes what the watch tells, in its order. */
  apply(change: Change): void {
    const { key } = change.entry;
    let state: State | undefined;
    const made = (): State => {
      state ??= this.stateOf(change.type === 'delete' ? undefined : change.entry, change.revision);
      return state;
    };
    if (this.#pending.has(key)) this.#touch(key, made());
    for (const memory of this.#memories(key)) {
      const then = this.#meet(memory, change);
      if (then === 'keep') memory.keep(key, { ...made(), generation: this.#generation });
      else if (then === 'forget') memory.forget(key);
    }
    this.seen(change.revision);
  }

  /** The watch has told of everything up to `revision`. */
  seen(revision: number): void {
    for (const loaded of this.#loaded) loaded.prune(revision);
  }

  /** Takes an entry of a page that `loaded` is filled from. */
  fill(loaded: LoadedMemory, entry: Entry): void {
    const kept = loaded.get(entry.key);
    const forgotten = kept !== undefined && kept.revision < 0;
    const known = kept?.generation === this.#generation && (kept.revision === 0 || kept.revision >= entry.revision);
    if (forgotten || known) return;
    loaded.keep(entry.key, { ...this.stateOf(entry, entry.revision), generation: this.#generation });
  }

  add(loaded: LoadedMemory): void {
    this.#loaded.add(loaded);
  }

  remove(loaded: LoadedMemory): void {
    this.#loaded.delete(loaded);
  }

  *#memories(key: string): Generator<Memory, void, undefined> {
    for (const loaded of this.#loaded) if (loaded.covers(key)) yield loaded;
    yield this.#cached;
  }

  /** What a change is to what is kept of its key. */
  #meet(memory: Memory, change: Change): 'skip' | 'keep' | 'forget' {
    const kept = memory.get(change.entry.key);
    if (kept !== undefined && kept.revision < 0) return 'forget';
    if (kept?.generation !== this.#generation) return memory.unknown(change.revision);
    if (kept.revision === 0 || change.revision === 0) return 'forget';
    return change.revision > kept.revision ? 'keep' : 'skip';
  }

  #put(memory: Memory, key: string, state: State, generation: number): void {
    const kept = memory.get(key);
    if (generation !== this.#generation) {
      // Good enough for when the store cannot be asked; not for a memory that is to be complete.
      if (memory.whole) memory.forget(key);
      else memory.keep(key, { ...state, generation });
      return;
    }
    const newer = kept?.generation === generation && kept.revision >= state.revision && state.revision > 0;
    if (!newer) memory.keep(key, { ...state, generation });
  }

  /** Tells the calls under way for the key. */
  #touch(key: string, state: State): void {
    for (const pending of this.#pending.get(key) ?? []) {
      if (state.revision === 0) pending.unclear = true;
      else if (pending.newest === undefined || pending.newest.revision < state.revision) pending.newest = state;
    }
  }

  /** The state that an entry, or its absence, is. */
  stateOf(entry: Entry | undefined, revision: number): State {
    return { value: entry && Value.fromEntry(entry, { codecs: this.#codecs }), revision };
  }
}
