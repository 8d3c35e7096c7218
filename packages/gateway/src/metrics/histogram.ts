/** The upper bounds of the buckets, in seconds: from a call in memory to one that is as good as lost. */
export const bounds: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Durations in buckets. Noting one is an addition: prom-client's own looks its labels up each time. */
export class Histogram {
  readonly #buckets = new Float64Array(bounds.length + 1);
  #sum = 0;

  note(seconds: number): void {
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] as number)) at += 1;
    this.#buckets[at] = (this.#buckets[at] as number) + 1;
    this.#sum += seconds;
  }

  get sum(): number {
    return this.#sum;
  }

  /** How many were at most as long as each bound, and how many in all. */
  cumulative(): { readonly upTo: readonly number[]; readonly count: number } {
    let count = 0;
    const upTo = bounds.map((_, at) => {
      count += this.#buckets[at] as number;
      return count;
    });
    return { upTo, count: count + (this.#buckets[bounds.length] as number) };
  }
}
