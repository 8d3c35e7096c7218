import type { Logger } from '../util/logger.js';
import type { Store } from '../contract/store.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import type { Follower } from './follower.js';
import { LoadedMemory } from './loaded-states.js';
import type { Mirror } from './coherence.js';
import { until } from './until.js';

export interface PrefixLoaderOptions {
  readonly store: Store;
  readonly namespace: string;
  readonly mirror: Mirror;
  readonly follower: Follower;
  readonly backoff: BackoffOptions;
  readonly logger: Logger;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

interface Held {
  readonly memory: LoadedMemory;
  /** Ends its filling when nobody uses it any more. */
  readonly controller: AbortController;
  users: number;
  filling: Promise<void> | undefined;
}

const pageSize = 1_000;

/** Fills prefixes of a namespace page by page, and again whenever the watch had to begin anew. */
export class PrefixLoader {
  readonly #options: PrefixLoaderOptions;
  readonly #held = new Map<string, Held>();
  /** Keys that are read again; true: and once more. */
  readonly #rereads = new Map<string, boolean>();

  constructor(options: PrefixLoaderOptions) {
    this.#options = options;
  }

  /** Settles when the prefix is complete. Those who load the same prefix share it; each has to release it. */
  async acquire(prefix: string, signal: AbortSignal | undefined): Promise<LoadedMemory> {
    const held = this.#held.get(prefix) ?? this.#hold(prefix);
    held.users += 1;
    try {
      if (held.filling !== undefined) await until(held.filling, signal);
    } catch (error) {
      this.release(held.memory);
      throw error;
    }
    return held.memory;
  }

  release(memory: LoadedMemory): void {
    const held = this.#held.get(memory.prefix);
    if (held?.memory !== memory) return;
    held.users -= 1;
    if (held.users > 0) return;
    this.#held.delete(memory.prefix);
    this.#options.mirror.remove(memory);
    held.controller.abort();
  }

  /** The watch began anew: what is loaded may have missed changes. */
  onRenewed(): void {
    // One that is being filled notices by itself.
    for (const held of this.#held.values()) if (held.filling === undefined) this.#refill(held);
  }

  #hold(prefix: string): Held {
    const memory = new LoadedMemory(prefix, (key) => void this.#reread(key));
    const held: Held = { memory, controller: new AbortController(), users: 0, filling: undefined };
    this.#held.set(prefix, held);
    this.#options.mirror.add(memory);
    const filling = async (): Promise<void> => {
      try {
        while (!memory.isComplete) await this.#fill(held);
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
    const { memory } = held;
    const signal = this.#signalOf(held);
    const backoff = new Backoff(this.#options.backoff);
    const filling = async (): Promise<void> => {
      while (!memory.isComplete && !signal.aborted && this.#options.follower.ended === undefined) {
        try {
          await this.#fill(held);
        } catch (error) {
          if (signal.aborted) break;
          logger.warn({ err: error, namespace, prefix: memory.prefix }, 'cannot load the prefix again; trying again');
          await backoff.failed(signal).catch(() => {});
        }
      }
      held.filling = undefined;
    };
    held.filling = filling();
  }

  /** All pages, within one stretch of the watch: what changes meanwhile, the watch tells. */
  async #fill(held: Held): Promise<void> {
    const { store, namespace, mirror, follower } = this.#options;
    const { memory } = held;
    const signal = this.#signalOf(held);
    try {
      for (;;) {
        await follower.whenLive(signal);
        const { generation } = mirror;
        let cursor = '';
        memory.begin();
        do {
          const page = await store.find(namespace, { prefix: memory.prefix, limit: pageSize, cursor }, { signal });
          if (mirror.generation !== generation) break;
          if (cursor === '') memory.since(page.revision);
          for (const entry of page.entries) mirror.fill(memory, entry);
          cursor = page.nextCursor;
        } while (cursor !== '');
        if (mirror.generation === generation) return memory.complete(generation);
      }
    } catch (error) {
      memory.expire();
      throw error;
    }
  }

  /** Finds out what a loaded key's state is, after it got lost. `find` tells the revision also of an absence. */
  async #reread(key: string): Promise<void> {
    if (this.#rereads.has(key)) {
      this.#rereads.set(key, true);
      return;
    }
    const { store, namespace, mirror, signal } = this.#options;
    const backoff = new Backoff(this.#options.backoff);
    do {
      this.#rereads.set(key, false);
      // Not within the change that is the cause.
      await null;
      if (signal.aborted) break;
      const pending = mirror.begin(key);
      try {
        const { entries, revision = 0 } = await store.find(namespace, { keys: [key] }, { signal });
        mirror.settle(pending, mirror.stateOf(entries[0], entries[0]?.revision ?? revision));
      } catch {
        mirror.abandon(pending);
        this.#rereads.set(key, true);
        await backoff.failed(signal).catch(() => {});
      }
    } while (this.#rereads.get(key) && this.#isHeld(key));
    this.#rereads.delete(key);
  }

  #isHeld(key: string): boolean {
    return [...this.#held.values()].some(({ memory }) => memory.covers(key));
  }

  #signalOf(held: Held): AbortSignal {
    return AbortSignal.any([this.#options.signal, held.controller.signal]);
  }
}
