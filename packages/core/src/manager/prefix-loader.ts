import type { Page, Store } from '../contract/store.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import type { Logger } from '../util/logger.js';
import { untilAborted } from '../util/wait.js';
import type { Coherence } from './coherence.js';
import type { Follower } from './follower.js';
import { LoadedStates } from './loaded-states.js';

export interface PrefixLoaderOptions {
  readonly store: Store;
  readonly namespace: string;
  readonly coherence: Coherence;
  readonly follower: Follower;
  readonly backoff: BackoffOptions;
  readonly logger: Logger;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

interface Held {
  readonly states: LoadedStates;
  /** Ends its filling when nobody uses it any more. */
  readonly controller: AbortController;
  users: number;
  filling: Promise<void> | undefined;
}

/** Entries of a page: large, for each page is a round trip, and the server bounds its bytes. */
const pageSize = 5_000;

/** Fills prefixes of a namespace page by page, and again whenever the watch had to begin anew. */
export class PrefixLoader {
  readonly #options: PrefixLoaderOptions;
  readonly #held = new Map<string, Held>();
  /** Keys being read again. `true`: one more reading has been asked for meanwhile. */
  readonly #rereads = new Map<string, boolean>();

  constructor(options: PrefixLoaderOptions) {
    this.#options = options;
  }

  /** Settles when the prefix is complete. Those who load the same prefix share it; each has to release it. */
  async acquire(prefix: string, signal: AbortSignal | undefined): Promise<LoadedStates> {
    const held = this.#held.get(prefix) ?? this.#hold(prefix);
    held.users += 1;
    try {
      if (held.filling !== undefined) await untilAborted(held.filling, signal);
    } catch (error) {
      this.release(held.states);
      throw error;
    }
    return held.states;
  }

  release(states: LoadedStates): void {
    const held = this.#held.get(states.prefix);
    if (held?.states !== states) return;
    held.users -= 1;
    if (held.users > 0) return;
    this.#held.delete(states.prefix);
    this.#options.coherence.remove(states);
    held.controller.abort();
  }

  /** The watch began anew: what is loaded may have missed changes. */
  onRenewed(): void {
    // One that is being filled notices by itself.
    for (const held of this.#held.values()) if (held.filling === undefined) this.#refill(held);
  }

  #hold(prefix: string): Held {
    const states = new LoadedStates(prefix, (key) => void this.#reread(key));
    const held: Held = { states, controller: new AbortController(), users: 0, filling: undefined };
    this.#held.set(prefix, held);
    this.#options.coherence.add(states);
    const filling = async (): Promise<void> => {
      try {
        while (!states.isComplete) await this.#fill(held);
      } finally {
        held.filling = undefined;
      }
    };
    held.filling = filling();
    held.filling.catch(() => {});
    return held;
  }

  #refill(held: Held): void {
    const { logger, namespace } = this.#options;
    const { states } = held;
    const signal = this.#signalOf(held);
    const backoff = new Backoff(this.#options.backoff, this.#options.store.arrivals);
    const filling = async (): Promise<void> => {
      while (!states.isComplete && !signal.aborted && this.#options.follower.state.is !== 'ended') {
        try {
          await this.#fill(held);
        } catch (error) {
          if (signal.aborted) break;
          logger.warn({ err: error, namespace, prefix: states.prefix }, 'cannot load the prefix again; trying again');
          backoff.failed();
          await backoff.wait(signal).catch(() => {});
        }
      }
      held.filling = undefined;
    };
    held.filling = filling();
  }

  /** Reads all pages within one session of the watch, which tells what changes meanwhile. */
  async #fill(held: Held): Promise<void> {
    const { follower, coherence } = this.#options;
    const { states } = held;
    const signal = this.#signalOf(held);
    try {
      do {
        await follower.whenLive(signal);
      } while (!(await this.#readPages(states, coherence.session, signal)));
    } catch (error) {
      states.expire();
      throw error;
    }
    coherence.flush();
  }

  /** Returns whether the session has held, and the states are complete. */
  async #readPages(states: LoadedStates, session: string, signal: AbortSignal): Promise<boolean> {
    const { store, namespace, coherence, follower } = this.#options;
    const { prefix } = states;
    states.begin();
    let page: Page | undefined;
    let since = 0;
    do {
      const first = page === undefined;
      page = await store.find(namespace, { prefix, limit: pageSize, cursor: page?.nextCursor }, { signal });
      if (coherence.session !== session) return false;
      if (first) {
        since = page.revision ?? 0;
        coherence.filling(states, page.revision);
      }
      for (const entry of page.entries) coherence.fill(states, entry);
    } while (page.nextCursor !== '');
    // A later page may show one part of a write, and an earlier page not the other: the watch tells it.
    const { namespaceRevision = 0 } = page;
    if (namespaceRevision > since) await follower.whenSeen(namespaceRevision, signal);
    if (coherence.session !== session) return false;
    coherence.complete(states, session);
    return true;
  }

  /**
   * Reads a key that was forgotten. Uses `find` rather than `get`, because its page has a revision even if the key is not
   * there.
   */
  async #reread(key: string): Promise<void> {
    if (this.#rereads.has(key)) {
      this.#rereads.set(key, true);
      return;
    }
    const { store, namespace, coherence, signal } = this.#options;
    const backoff = new Backoff(this.#options.backoff, this.#options.store.arrivals);
    do {
      this.#rereads.set(key, false);
      // Not within the change that is the cause.
      await null;
      if (signal.aborted) break;
      const pending = coherence.begin(key);
      try {
        const { entries, revision = 0 } = await store.find(namespace, { keys: [key] }, { signal });
        coherence.settle(pending, entries[0], entries[0]?.revision ?? revision);
        coherence.flush();
      } catch {
        coherence.abandon(pending);
        this.#rereads.set(key, true);
        backoff.failed();
        await backoff.wait(signal).catch(() => {});
      }
    } while (this.#rereads.get(key) && this.#isHeld(key));
    this.#rereads.delete(key);
  }

  #isHeld(key: string): boolean {
    return [...this.#held.values()].some(({ states }) => states.covers(key));
  }

  #signalOf(held: Held): AbortSignal {
    return AbortSignal.any([this.#options.signal, held.controller.signal]);
  }
}
