import { can } from '../contract/capabilities.js';
import { isTransient } from '../contract/errors.js';
import type { Store } from '../contract/store.js';
import type { Logger } from '../util/logger.js';

export interface RevalidationOptions {
  readonly store: Store;
  readonly namespace: string;
  readonly intervalMs: number;
  readonly logger: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The namespace is another than at the last look: the watch need not have told all of that. */
  onDoubt(): void;
}

/**
 * Bounds the age of what is served as fresh over a store without revisions, whose watch may lose changes and not say so (the
 * Go original's does, of a slow watcher): asks now and then whether the namespace is another, by the name of its snapshot, and
 * then lets everything be read again.
 */
export class Revalidation {
  readonly #options: RevalidationOptions;
  #etag = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RevalidationOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.stop(), { once: true });
  }

  /** The watch holds. Does nothing for a store that need not be asked, or cannot. */
  start(): void {
    const { store, signal, intervalMs } = this.#options;
    if (this.#timer !== undefined || signal.aborted || store.features.has('revisions') || !can(store, 'snapshot'))
      return;
    // The first look is at once: what changes after it is noticed by the next.
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#etag = '';
  }

  async #look(): Promise<void> {
    const { store, namespace, logger, signal, onDoubt } = this.#options;
    if (!can(store, 'snapshot')) return;
    const known = this.#etag;
    try {
      const { etag = '', notModified = false } = await store.snapshot(namespace, { ifNoneMatch: known, signal });
      if (notModified || this.#timer === undefined || etag === known) return;
      this.#etag = etag;
      if (known !== '') onDoubt();
    } catch (error) {
      if (signal.aborted || isTransient(error)) return;
      // Too large, or not to be read: then it cannot be told, and nothing is taken for granted.
      logger.debug({ err: error, namespace }, 'cannot ask whether the namespace has changed');
      if (this.#timer !== undefined) onDoubt();
    }
  }
}
