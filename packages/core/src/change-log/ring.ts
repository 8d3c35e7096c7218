import type { Change } from '../contract/change.js';

/** The approximate size of a change in memory, its encoded form included, in bytes. */
export const weightOf = (change: Change): number => 512 + 2 * change.entry.size;

/** The newest changes, in order and without a hole, up to a number and a weight. */
export class Ring {
  #slots: (Change | undefined)[];
  #maxWeight: number;
  #weight = 0;
  #oldest: number;
  #newest: number;

  /** `revision` is that of the last change before the first that will be pushed. */
  constructor(revision: number, capacity: number, maxWeight: number) {
    this.#slots = new Array(capacity).fill(undefined);
    this.#maxWeight = maxWeight;
    this.#oldest = revision + 1;
    this.#newest = revision;
  }

  /** The first revision that is held; one more than `newest` while there is none. */
  get oldest(): number {
    return this.#oldest;
  }

  get newest(): number {
    return this.#newest;
  }

  get length(): number {
    return this.#newest - this.#oldest + 1;
  }

  /** The approximate size of the changes, in bytes. */
  get weight(): number {
    return this.#weight;
  }

  push(change: Change): void {
    if (change.revision !== this.#newest + 1) {
      throw new RangeError(`change ${change.revision} does not follow ${this.#newest}`);
    }
    if (this.length === this.#slots.length) this.#shift();
    this.#slots[change.revision % this.#slots.length] = change;
    this.#newest = change.revision;
    this.#weight += weightOf(change);
    while (this.#weight > this.#maxWeight && this.#oldest < this.#newest) this.#shift();
  }

  /** Lets go of everything; the next change is the one after `revision`. */
  restart(revision: number): void {
    while (this.#oldest <= this.#newest) this.#shift();
    this.#oldest = revision + 1;
    this.#newest = revision;
  }

  at(revision: number): Change | undefined {
    return revision >= this.#oldest && revision <= this.#newest
      ? this.#slots[revision % this.#slots.length]
      : undefined;
  }

  #shift(): void {
    const index = this.#oldest % this.#slots.length;
    const change = this.#slots[index];
    if (change !== undefined) {
      this.#weight -= weightOf(change);
      change.dropEncoded();
    }
    this.#slots[index] = undefined;
    this.#oldest += 1;
  }
}
