import type { Logger } from '../util/logger.js';

/** Listeners that cannot disturb whoever calls them. */
export class Listeners<Event> {
  readonly #all = new Set<(event: Event) => unknown>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Returns what ends it: by `using`, or its `[Symbol.dispose]()`. */
  add(listener: (event: Event) => unknown): Disposable {
    // Its own function, so that one listener may be added twice.
    const own = (event: Event): unknown => listener(event);
    this.#all.add(own);
    return { [Symbol.dispose]: () => void this.#all.delete(own) };
  }

  tell(event: Event): void {
    for (const listener of [...this.#all]) {
      try {
        const result = listener(event);
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }

  #failed(error: unknown): void {
    this.#logger.warn({ err: error }, 'a listener of a live reference failed');
  }
}
