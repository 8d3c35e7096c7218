import type { Change } from '../contract/change.js';
import { isConfigError } from '../contract/errors.js';
import type { Logger } from '../util/logger.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import { isHopeless } from './faults.js';
import { until } from './until.js';

export interface FollowerOptions {
  readonly store: Store;
  readonly namespace: string;
  readonly backoff: BackoffOptions;
  readonly logger: Logger;
  /** A watch has begun that is not the continuation of the one before. */
  onRenewed(): void;
  onChange(change: Change): void;
  /** Everything up to the revision has been told. */
  onProgress(revision: number): void;
}

type State =
  | { readonly is: 'idle' }
  /** No watch is open, or it still catches up. */
  | { readonly is: 'behind' }
  | { readonly is: 'live'; readonly stream: ChangeStream }
  | { readonly is: 'ended'; readonly error: unknown };

/**
 * Keeps a watch of a namespace open: reopened with backoff when it breaks, from the last revision seen where the store
 * has revisions and still keeps it; otherwise it begins anew.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #controller = new AbortController();
  readonly #backoff: Backoff;
  readonly #waiting = new Set<() => void>();
  #state: State = { is: 'idle' };
  #running: Promise<void> | undefined;
  #position: { revision: number; logId: string } | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
  }

  /** Whether every change up to now has been told or is on its way. */
  get live(): boolean {
    return this.#state.is === 'live' && this.#state.stream.live !== false;
  }

  /** Failures since the watch was last live. */
  get failures(): number {
    return this.#backoff.failures;
  }

  /** Why it will never be live, if so. */
  get ended(): { readonly error: unknown } | undefined {
    return this.#state.is === 'ended' ? this.#state : undefined;
  }

  /** Does nothing the second time. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Settles when it is live; fails if it never will be, or with the signal's reason. */
  async whenLive(signal: AbortSignal): Promise<void> {
    while (this.#state.is !== 'live') {
      signal.throwIfAborted();
      if (this.#state.is === 'ended') throw this.#state.error;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          this.#waiting.delete(wake);
          resolve();
        };
        signal.addEventListener('abort', wake, { once: true });
        this.#waiting.add(wake);
      });
    }
  }

  async close(): Promise<void> {
    this.#controller.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    const { logger, namespace } = this.#options;
    while (!signal.aborted) {
      this.#become({ is: 'behind' });
      try {
        await this.#once(signal);
      } catch (error) {
        if (signal.aborted) break;
        if (isHopeless(error)) {
          logger.info({ err: error, namespace }, 'the store cannot be watched; reads go to the store');
          this.#become({ is: 'ended', error });
          return;
        }
        if (isConfigError(error, 'revision_compacted')) this.#position = undefined;
        logger.warn({ err: error, namespace, failures: this.failures + 1 }, 'watch lost; opening it again');
      }
      this.#become({ is: 'behind' });
      await this.#backoff.failed(signal).catch(() => {});
    }
    this.#become({ is: 'ended', error: signal.reason });
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { store, namespace } = this.#options;
    const resumed = this.#position;
    const progress = store.features.has('revisions');
    await using stream = store.watch(
      { namespaces: [namespace] },
      { signal, progress, ...(resumed && { startRevision: resumed.revision, logId: resumed.logId }) },
    );
    await until(stream.ready, signal);
    if (resumed === undefined) {
      this.#options.onRenewed();
      this.#succeeded(stream);
    }
    for await (const event of stream) {
      if (event.type === 'progress') {
        this.#position = { revision: event.revision, logId: event.logId };
        this.#options.onProgress(event.revision);
        // The first one ends the replay.
        this.#succeeded(stream);
      } else {
        this.#options.onChange(event);
        if (this.#position !== undefined) this.#position.revision = event.revision;
      }
    }
  }

  #succeeded(stream: ChangeStream): void {
    this.#backoff.succeeded();
    if (this.#state.is !== 'live' && !this.#controller.signal.aborted) this.#become({ is: 'live', stream });
  }

  #become(state: State): void {
    this.#state = state;
    for (const wake of [...this.#waiting]) wake();
  }
}
