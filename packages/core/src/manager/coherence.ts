import { randomUUID } from 'node:crypto';
import type { Change } from '../contract/change.js';
import type { Entry } from '../contract/entry.js';
import type { Value } from '../value/value.js';
import { type CachedStates, KeyState, type KeyStates } from './key-states.js';
import type { LoadedStates } from './loaded-states.js';

/** A call of the store for a key that is in flight, and what became known of the key meanwhile. */
export interface Pending {
  readonly key: string;
  readonly session: string;
  newest: KeyState | undefined;
  /** Something happened to the key, and it cannot be told whether the store's answer is from before or after it. */
  unclear: boolean;
}

const absent = new KeyState({ entry: undefined, revision: 0, logId: '', session: '' });

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
export class Coherence {
  readonly #cached: CachedStates;
  readonly #loaded = new Set<LoadedStates>();
  /**
   * Values of fresh states that were read, and do not expire: what most reads return, by one look-up that touches neither the
   * state nor the value. Whatever is done to a key takes its value away.
   */
  readonly #ready = new Map<string, Value>();
  readonly #pending = new Map<string, Set<Pending>>();
  #session = randomUUID() as string;
  #logId = '';
  /** The state that a loaded prefix has taken in last. */
  #kept: KeyState | undefined;

  constructor(cached: CachedStates) {
    this.#cached = cached;
  }

  /** Random name of the present stretch of unbroken watching: states of another one are not served as fresh. */
  get session(): string {
    return this.#session;
  }

  /** The value of a fresh state, if it was {@link serve}d before. */
  ready(key: string): Value | undefined {
    return this.#ready.get(key);
  }

  /** Makes the value of a fresh state ready for the next read. */
  serve(key: string, value: Value): void {
    this.#ready.set(key, value);
  }

  /** Whether the key was read since it was last asked for: its value is not ready any more. */
  wasRead(key: string): boolean {
    return this.#ready.delete(key);
  }

  /** A watch begins that does not go on where the one before ended: what is remembered may be out of date. */
  renew(): void {
    this.#session = randomUUID();
    this.#logId = '';
    this.#ready.clear();
    for (const loaded of this.#loaded) loaded.expire();
  }

  /** The state of the key that may be served while the watch is unbroken. */
  fresh(key: string): KeyState | undefined {
    const session = this.#session;
    if (this.#loaded.size > 0) {
      const state = this.#freshLoaded(key, session);
      if (state !== undefined) return state;
    }
    const state = this.#cached.get(key);
    return state !== undefined && state.session === session ? state : undefined;
  }

  #freshLoaded(key: string, session: string): KeyState | undefined {
    for (const loaded of this.#loaded) {
      if (!loaded.isComplete || !loaded.covers(key)) continue;
      const state = loaded.get(key);
      if (state !== undefined ? state.session === session : !loaded.isForgotten(key)) return state ?? absent;
    }
    return undefined;
  }

  /** The last that was known of the key, however old, for when the store cannot be asked. */
  last(key: string): KeyState | undefined {
    const fresh = this.fresh(key);
    if (fresh !== undefined) return fresh;
    for (const states of this.#statesOf(key)) {
      const state = states.get(key);
      if (state !== undefined) return state;
    }
    return undefined;
  }

  /** Call this before calling the store, so that changes that arrive during the call are noticed. */
  begin(key: string): Pending {
    const pending: Pending = { key, session: this.#session, newest: undefined, unclear: false };
    const calls = this.#pending.get(key);
    if (calls === undefined) this.#pending.set(key, new Set([pending]));
    else calls.add(pending);
    return pending;
  }

  /** Whether something has happened to the key since the call began, so that its answer may be out of date. */
  hasNews({ newest, unclear }: Pending): boolean {
    return newest !== undefined || unclear;
  }

  /** The call has failed: nothing is learnt from it. */
  abandon(pending: Pending): void {
    const calls = this.#pending.get(pending.key);
    if (calls?.delete(pending) && calls.size === 0) this.#pending.delete(pending.key);
  }

  /** The store has answered the call: with an entry or, absent, that the key is not there (0: as of no known revision). */
  settle(pending: Pending, entry: Entry | undefined, revision: number = entry?.revision ?? 0): KeyState {
    const state = this.#stateOf(entry, revision, pending.session);
    this.#ready.delete(pending.key);
    this.abandon(pending);
    this.#note(pending.key, state);
    const { key, newest, session } = pending;
    // Revisions of two sessions do not compare: the log may be another.
    const comparable = revision > 0 && session === this.#session;
    const unclear = pending.unclear || (newest !== undefined && !comparable);
    const best = newest !== undefined && newest.revision > revision ? newest : state;
    for (const states of this.#statesOf(key)) {
      if (unclear) states.forget(key);
      else this.#put(states, key, best);
    }
    return state;
  }

  /** Something was done to the key of which the result is not known. */
  forget(key: string): void {
    this.#ready.delete(key);
    for (const pending of this.#pending.get(key) ?? []) pending.unclear = true;
    for (const states of this.#statesOf(key)) states.forget(key);
  }

  /** Takes the changes of one write, as the watch tells them. */
  apply(write: readonly Change[]): void {
    for (const change of write) {
      const { key } = change.entry;
      this.#ready.delete(key);
      if (this.#pending.has(key)) this.#note(key, this.#stateAfter(change));
      for (const states of this.#statesOf(key)) this.#applyTo(states, change);
      if (this.#kept !== undefined) this.#cached.keepLoaded(key, this.#kept);
      this.#kept = undefined;
    }
    const last = write.at(-1);
    if (last !== undefined) this.seen(last.revision);
    this.flush();
  }

  /** Tells the listeners of loaded states that the changes so far belong together. */
  flush(): void {
    for (const loaded of this.#loaded) loaded.flush();
  }

  /** The watch has told everything up to `revision`. */
  seen(revision: number, logId: string = this.#logId): void {
    this.#logId = logId;
    for (const loaded of this.#loaded) loaded.prune(revision);
  }

  /** The first page that `loaded` is filled from is there; it includes every write up to `revision`. */
  filling(loaded: LoadedStates, revision: number | undefined): void {
    for (const change of loaded.since(revision)) this.#applyTo(loaded, change);
  }

  /** Takes an entry of a page that `loaded` is filled from. */
  fill(loaded: LoadedStates, entry: Entry): void {
    const { key } = entry;
    const state = this.#stateOf(entry, entry.revision, this.#session);
    this.#ready.delete(key);
    // Shown until it is read again, for the prefix is not complete without it.
    if (loaded.isForgotten(key)) {
      loaded.show(key, state);
      return;
    }
    const kept = loaded.get(key);
    const known = kept?.session === this.#session && (kept.revision === 0 || kept.revision >= entry.revision);
    if (known) return;
    loaded.keep(key, state);
    this.#cached.keepLoaded(key, state);
  }

  /** `loaded` has every key now. */
  complete(loaded: LoadedStates, session: string): void {
    this.#ready.clear();
    loaded.complete(session);
    this.#cached.forgetOthers(loaded.prefix, session);
  }

  add(loaded: LoadedStates): void {
    this.#loaded.add(loaded);
  }

  remove(loaded: LoadedStates): void {
    this.#ready.clear();
    this.#loaded.delete(loaded);
  }

  *#statesOf(key: string): Generator<KeyStates, void, undefined> {
    for (const loaded of this.#loaded) if (loaded.covers(key)) yield loaded;
    yield this.#cached;
  }

  #applyTo(states: KeyStates, change: Change): void {
    const { key } = change.entry;
    const then = this.#decide(states, change);
    if (then === 'keep') {
      const state = this.#stateAfter(change);
      states.keep(key, state);
      if (states.whole) this.#kept = state;
    } else if (then === 'forget') states.forget(key);
  }

  /** Decides what a change does to the remembered state of its key. */
  #decide(states: KeyStates, change: Change): 'skip' | 'keep' | 'forget' {
    const { key } = change.entry;
    if (states.isForgotten(key)) return 'forget';
    const kept = states.get(key);
    if (kept?.session !== this.#session) return states.onUnknownKey(change);
    if (kept.revision === 0 || change.revision === 0) return 'forget';
    return change.revision > kept.revision ? 'keep' : 'skip';
  }

  #put(states: KeyStates, key: string, state: KeyState): void {
    const kept = states.get(key);
    if (state.session !== this.#session) {
      // Good enough for when the store cannot be asked, but not where every key is to be known.
      if (states.whole) states.forget(key);
      else states.keep(key, state);
      return;
    }
    const newer = kept?.session === state.session && kept.revision >= state.revision && state.revision > 0;
    if (!newer) states.keep(key, state);
  }

  /** Records the state with every call of the store for this key that is still in flight. */
  #note(key: string, state: KeyState): void {
    for (const pending of this.#pending.get(key) ?? []) {
      if (state.revision === 0) pending.unclear = true;
      else if (pending.newest === undefined || pending.newest.revision < state.revision) pending.newest = state;
    }
  }

  #stateAfter(change: Change): KeyState {
    const entry = change.type === 'delete' ? undefined : change.entry;
    return this.#stateOf(entry, change.revision, this.#session);
  }

  #stateOf(entry: Entry | undefined, revision: number, session: string): KeyState {
    return new KeyState({ entry, revision, logId: this.#logId, session });
  }
}
