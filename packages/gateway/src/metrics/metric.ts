import type { MetricObjectWithValues, MetricValueWithName } from 'prom-client';

export type Values = MetricObjectWithValues<MetricValueWithName<string>>;

/** A metric as prom-client's registry takes it. `aggregator` says how it adds up over several processes. */
export function metric(
  name: string,
  help: string,
  type: 'counter' | 'gauge' | 'histogram',
  values: readonly { readonly metricName?: string; readonly labels: object; readonly value: number }[],
  aggregator: 'sum' | 'max' = 'sum',
): Values {
  return { name, help, type, aggregator, values } as unknown as Values;
}
