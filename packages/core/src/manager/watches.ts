import type { Position } from '../watching/position.js';
import { type Seat, SharedWatch, type SharedWatchOptions, type Watcher } from './shared-watch.js';

/** Namespaces of one stream: as many as a server takes in a filter, unless it is told otherwise. */
const maxNamespaces = 100;

/** The watches of a manager's namespaces: as few streams as the store and the rights of the caller allow. */
export class Watches {
  readonly #options: SharedWatchOptions;
  readonly #all = new Set<SharedWatch>();

  constructor(options: Omit<SharedWatchOptions, 'onApart'>) {
    this.#options = { ...options, onApart: (seats, from) => this.#openFor(seats, from) };
  }

  /** Follows the watcher's namespace until all ends. Returns its place. */
  follow(watcher: Watcher): Seat {
    let watch = [...this.#all].find(({ size, canWiden }) => size > 0 && size < maxNamespaces && canWiden);
    watch ??= this.#open();
    const seat: Seat = { watcher, watch, hasBegun: false, told: 0 };
    watch.add(seat);
    return seat;
  }

  /** Settles when all have ended, by the signal. */
  async closed(): Promise<void> {
    await Promise.all([...this.#all].map((watch) => watch.closed()));
  }

  #openFor(seats: readonly Seat[], from: Position | undefined): void {
    const watch = this.#open(from);
    for (const seat of seats) watch.add(seat);
  }

  #open(from?: Position): SharedWatch {
    const watch = new SharedWatch(this.#options);
    this.#all.add(watch);
    watch.start(from);
    // One that has ended takes no more.
    void watch.closed().finally(() => this.#all.delete(watch));
    return watch;
  }
}
