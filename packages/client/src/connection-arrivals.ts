import type { Arrivals } from '@cfg/core';
import { untilAborted } from '@cfg/core/store';

/** Counts how often there came to be a connection. */
export class ConnectionArrivals implements Arrivals {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  get count(): number {
    return this.#count;
  }

  arrive(): void {
    this.#count += 1;
    for (const tell of this.#waiting) tell();
  }

  async after(count: number, signal: AbortSignal): Promise<void> {
    if (this.#count > count) return;
    let tell = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      tell = resolve;
    });
    this.#waiting.add(tell);
    await untilAborted(arrived, signal).finally(() => this.#waiting.delete(tell));
  }
}
