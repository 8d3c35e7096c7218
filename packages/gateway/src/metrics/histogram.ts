import { metric, type Values } from './metric.js';

/** Counts in buckets. Noting one is an addition: prom-client's own looks its labels up each time. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #buckets: Float64Array;
  #sum = 0;

  /** @param bounds the upper bounds of the buckets, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#buckets = new Float64Array(bounds.length + 1);
  }

  note(value: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at += 1;
    this.#buckets[at] = (this.#buckets[at] as number) + 1;
    this.#sum += value;
  }

  /** As Prometheus has it: how many were at most as much as each bound, their sum, and how many in all. */
  values(name: string, labels: object): Parameters<typeof metric>[3] {
    let count = 0;
    const upTo = this.#bounds.map((le, at) => {
      count += this.#buckets[at] as number;
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    count += this.#buckets[this.#bounds.length] as number;
    return [
      ...upTo,
      { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

/** Bounds of durations, in seconds: from a call in memory to one that is as good as lost. */
export const durationBounds: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export const histogram = (name: string, help: string, of: Histogram): Values =>
  metric(name, help, 'histogram', of.values(name, {}));
