import type { Change } from '../contract/change.js';
import type { KeyState, KeyStates } from './key-states.js';

/**
 * ```
 * expired ── begin() ──▶ asked ── since() ──▶ filling ── complete() ──▶ complete
 *    ▲                     │                     │                         │
 *    └── expire() ─────────┴─────────────────────┴─────────────────────────┘
 * ```
 */
type Stage =
  /** It may have missed changes, and no page has been asked for. */
  | { readonly is: 'expired' }
  /** The first page is on its way: it is not known yet what it includes. */
  | { readonly is: 'asked' }
  /** `since`: the pages include every change up to this revision. Absent for stores without revisions. */
  | { readonly is: 'filling' | 'complete'; readonly since: number | undefined };

/** Told of the keys whose state has changed, once for each write. */
export type OnChanged = (changed: ReadonlyMap<string, KeyState | undefined>) => void;

/**
 * Every key below a prefix. Once it is complete, a key that it does not have does not exist. While it is filled anew
 * after a break, what was there before is still shown.
 */
export class LoadedStates implements KeyStates {
  readonly whole = true;
  readonly prefix: string;
  readonly #states = new Map<string, KeyState>();
  /** Keys to be read again. What is kept of them is only shown, never served. */
  readonly #forgotten = new Set<string>();
  /** Newest changes that came before the first page. */
  readonly #held = new Map<string, Change>();
  /** Keys known to be absent as of a revision that the watch has not told yet. */
  #absent: { readonly key: string; readonly revision: number }[] = [];
  #stage: Stage = { is: 'expired' };
  readonly #onForgotten: (key: string) => void;
  readonly #listeners = new Set<OnChanged>();
  #changed = new Map<string, KeyState | undefined>();

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

  /** The known state of the key, to be served. */
  get(key: string): KeyState | undefined {
    return this.#forgotten.size > 0 && this.#forgotten.has(key) ? undefined : this.#states.get(key);
  }

  /** The last known state of the key, to be shown. */
  shown(key: string): KeyState | undefined {
    return this.#states.get(key);
  }

  keep(key: string, state: KeyState): void {
    this.#forgotten.delete(key);
    this.show(key, state);
    if (state.entry === undefined && state.revision > 0) this.#absent.push({ key, revision: state.revision });
  }

  /** Shows the state; a key that is forgotten remains so. */
  show(key: string, state: KeyState): void {
    if (this.#listeners.size > 0 && !isSame(this.#states.get(key), state)) this.#changed.set(key, state);
    this.#states.set(key, state);
  }

  forget(key: string): void {
    this.#forgotten.add(key);
    if (this.isComplete) this.#onForgotten(key);
  }

  isForgotten(key: string): boolean {
    return this.#forgotten.has(key);
  }

  onUnknownKey(change: Change): 'skip' | 'keep' | 'forget' {
    const { revision, entry } = change;
    switch (this.#stage.is) {
      case 'expired':
        // Every page is asked for later, and will tell.
        return 'skip';
      case 'asked':
        if (revision > 0) this.#held.set(entry.key, change);
        return revision > 0 ? 'skip' : 'forget';
      default:
        if (this.#stage.since === undefined || revision === 0) return 'forget';
        return revision > this.#stage.since ? 'keep' : 'skip';
    }
  }

  /** It may have missed changes, or could not be filled: it has to be filled anew. */
  expire(): void {
    this.#stage = { is: 'expired' };
    this.#held.clear();
  }

  /** Its pages are asked for. */
  begin(): void {
    this.#stage = { is: 'asked' };
    this.#held.clear();
  }

  /** The first page is there: it and those that follow include every write up to its `revision`. Returns what was held. */
  since(revision: number | undefined): readonly Change[] {
    if (this.#stage.is === 'asked') this.#stage = { is: 'filling', since: revision };
    const held = [...this.#held.values()];
    this.#held.clear();
    return held;
  }

  /** It has every key now: what is not known of this session is not there any more. */
  complete(session: string): void {
    if (this.#stage.is !== 'filling') return;
    this.#stage = { ...this.#stage, is: 'complete' };
    for (const [key, state] of this.#states) {
      if (state.session === session || this.#forgotten.has(key)) continue;
      this.#states.delete(key);
      if (this.#listeners.size > 0 && state.entry !== undefined) this.#changed.set(key, undefined);
    }
    for (const key of this.#forgotten) this.#onForgotten(key);
    this.#absent = this.#absent.filter(({ key, revision }) => this.#states.get(key)?.revision === revision);
  }

  /**
   * Forgets deletions up to `revision`, once no older change can arrive. Does nothing while pages are read, because an
   * older page still can.
   */
  prune(revision: number): void {
    if (this.#stage.is === 'asked' || this.#stage.is === 'filling' || this.#absent.length === 0) return;
    this.#absent = this.#absent.filter((absent) => {
      if (absent.revision > revision) return true;
      if (this.#states.get(absent.key)?.revision === absent.revision) this.#states.delete(absent.key);
      return false;
    });
  }

  /** The keys that are there, as last known. */
  *entries(): Generator<[key: string, state: KeyState], void, undefined> {
    for (const [key, state] of this.#states) if (state.entry !== undefined) yield [key, state];
  }

  /** Calls `listener` at the end of each write that changes what is shown. Returns what ends that. */
  listen(listener: OnChanged): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#changed.clear();
    };
  }

  /** The end of a write: what has changed so far belongs together. */
  flush(): void {
    if (this.#changed.size === 0 || !this.isComplete) return;
    const changed = this.#changed;
    this.#changed = new Map();
    for (const listener of this.#listeners) listener(changed);
  }
}

/** Whether both are the same version of the key, or both tell that it is not there. */
function isSame(one: KeyState | undefined, other: KeyState): boolean {
  const { entry } = other;
  if (one?.entry === undefined || entry === undefined) return one?.entry === entry;
  return (
    one.entry.version === entry.version &&
    one.entry.revision === entry.revision &&
    one.entry.updatedAtMs === entry.updatedAtMs
  );
}
