import type { Clock, Random } from '../clock.js';

interface Event {
  readonly at: number;
  readonly order: number;
  task: (() => void) | undefined;
}

/** A pseudo-random sequence that a seed repeats (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Virtual time: events run one after another, in the order of their time, and a seed repeats it all. */
export class Simulation implements Clock {
  readonly random: Random;
  #now = 0;
  #scheduled = 0;
  readonly #heap: Event[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const event: Event = { at: this.#now + Math.max(0, delayMs), order: this.#scheduled++, task };
    this.#push(event);
    return () => {
      event.task = undefined;
    };
  }

  /** Runs what is due up to `until`, and sets the time to it. For code without promises. */
  run(until: number): void {
    for (let event = this.#due(until); event !== undefined; event = this.#due(until)) event.task?.();
    this.#now = Math.max(this.#now, until);
  }

  /** The same for code with promises: lets all that follows from an event happen before the next one. */
  async settle(until: number): Promise<void> {
    await quiet();
    for (let event = this.#due(until); event !== undefined; event = this.#due(until)) {
      if (event.task === undefined) continue;
      event.task();
      await quiet();
    }
    this.#now = Math.max(this.#now, until);
  }

  #due(until: number): Event | undefined {
    const [first] = this.#heap;
    if (first === undefined || first.at > until) return undefined;
    this.#pop();
    this.#now = first.at;
    return first;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** So many turns of the microtask queue let everything happen that follows from an event. */
const turns = 40;

async function quiet(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await undefined;
}
