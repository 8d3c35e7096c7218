import { PullStream } from './pull-stream.js';

/**
 * A stream of the newest of each key: a reader that is slow gets several pushes as one, with only the newest item of
 * each key, so that memory is bounded by the number of keys.
 */
export class NewestStream<Item> extends PullStream<readonly Item[]> {
  #items = new Map<string, Item>();
  #closed = false;
  #reader: (() => void) | undefined;
  readonly #onClose: () => void;

  constructor(onClose: () => void = () => {}) {
    super();
    this.#onClose = onClose;
  }

  /** Adds items that belong together: no reader gets some of them without the others. */
  push(items: Iterable<readonly [key: string, item: Item]>): void {
    for (const [key, item] of items) {
      this.#items.delete(key);
      this.#items.set(key, item);
    }
    this.#reader?.();
  }

  async next(): Promise<IteratorResult<readonly Item[], void>> {
    while (this.#items.size === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#reader = resolve;
      });
    }
    if (this.#items.size === 0) return { done: true, value: undefined };
    const items = [...this.#items.values()];
    this.#items = new Map();
    return { done: false, value: items };
  }

  /** Ends it once what was pushed is read. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#reader?.();
  }

  close(): void {
    this.#items.clear();
    this.end();
  }
}
