import type { CodecRegistry } from '../codecs/registry.js';
import type { Change } from '../contract/change.js';
import type { Entry } from '../contract/entry.js';
import { Value } from '../value/value.js';
import type { Cache, CachedState } from './cache.js';

/** The state of a key with its value, which is made when it is first asked for. */
export class KeyState implements CachedState {
  readonly entry: Entry | undefined;
  readonly revision: number;
  readonly logId: string;
  readonly session: string;
  used = false;
  readonly #expiresAtMs: number | undefined;
  #value: Value | undefined;

  constructor({ entry, revision, logId, session }: CachedState) {
    this.entry = entry;
    this.revision = revision;
    this.logId = logId;
    this.session = session;
    // Here as well, so that a read need not look at the entry.
    this.#expiresAtMs = entry?.expiresAtMs;
  }

  /** Whether its time will come. */
  get expires(): boolean {
    return this.#expiresAtMs !== undefined;
  }

  /** Whether the key is not there any more, because its time has come. */
  get isExpired(): boolean {
    return this.#expiresAtMs !== undefined && this.#expiresAtMs <= Date.now();
  }

  value(codecs: CodecRegistry): Value | undefined {
    if (this.#value === undefined && this.entry !== undefined) this.#value = Value.fromEntry(this.entry, { codecs });
    return this.#value;
  }
}

/** The remembered states of keys. {@link Coherence} decides which state of a key is the right one. */
export interface KeyStates {
  /** Whether every key is to be known: one that is forgotten is then read again. */
  readonly whole: boolean;
  covers(key: string): boolean;
  get(key: string): KeyState | undefined;
  keep(key: string, state: KeyState): void;
  /** The state of the key is not known any more. */
  forget(key: string): void;
  isForgotten(key: string): boolean;
  /**
   * Told of a change to a key that has no state of the current session. Returns what to do with it: `skip` it (a page
   * tells, or it is held until that is known), `keep` it, or `forget` the key.
   */
  onUnknownKey(change: Change): 'skip' | 'keep' | 'forget';
}

/** One namespace's part of the cache. */
export class CachedStates implements KeyStates {
  readonly whole = false;
  readonly #namespace: string;
  readonly #cache: Cache;

  constructor(namespace: string, cache: Cache) {
    this.#namespace = namespace;
    this.#cache = cache;
  }

  covers(): boolean {
    return true;
  }

  get(key: string): KeyState | undefined {
    const state = this.#cache.get(this.#namespace, key);
    if (state === undefined || state instanceof KeyState) return state;
    const made = new KeyState(state);
    this.#cache.set(this.#namespace, key, made);
    return made;
  }

  keep(key: string, state: KeyState): void {
    this.#cache.set(this.#namespace, key, state);
  }

  /** Takes what a prefix that is loaded holds, if the cache outlives the process. */
  keepLoaded(key: string, state: KeyState): void {
    if (this.#cache.keepsLoaded) this.#cache.set(this.#namespace, key, state);
  }

  /** Forgets what is not there any more: the keys below the prefix that were not seen in this session. */
  forgetOthers(prefix: string, session: string): void {
    if (!this.#cache.keepsLoaded) return;
    for (const [key, state] of this.#below(prefix)) if (state.session !== session) this.forget(key);
  }

  /** The values below a prefix. */
  values(prefix: string, codecs: CodecRegistry): Map<string, Value> {
    const values = new Map<string, Value>();
    for (const [key, { entry }] of this.#below(prefix)) {
      if (entry !== undefined) values.set(key, Value.fromEntry(entry, { codecs, stale: true }));
    }
    return values;
  }

  #below(prefix: string): [key: string, state: CachedState][] {
    const below: [string, CachedState][] = [];
    for (const [namespace, key, state] of this.#cache.states?.() ?? []) {
      if (namespace === this.#namespace && key.startsWith(prefix)) below.push([key, state]);
    }
    return below;
  }

  forget(key: string): void {
    this.#cache.delete(this.#namespace, key);
  }

  isForgotten(): boolean {
    return false;
  }

  onUnknownKey(): 'forget' {
    return 'forget';
  }
}
