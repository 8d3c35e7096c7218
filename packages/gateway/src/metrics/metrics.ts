import type { Store } from '@cfg/core';
import type { HttpHandler, Stage } from '@cfg/service';
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { CallMetrics } from './call-metrics.js';
import { metric, type Values } from './metric.js';
import { metricsHandler } from './metrics-handler.js';
import { logMetrics, writeMetrics } from './store-metrics.js';

/** The metrics of a service and its process. */
export interface Metrics {
  /** For `createConfigService(store, { stages: { outer: [metrics.stage] } })`: it sees the calls of every door. */
  readonly stage: Stage;
  /** Everything in Prometheus' text format, for a registry of your own to be merged with. */
  readonly registry: Registry;
  /** Adds one of your own, which is read when it is asked for. Its labels should not be names of namespaces or callers. */
  add(name: string, help: string, type: 'counter' | 'gauge', read: () => readonly MetricValue[]): void;
  /** Serves it on `GET /metrics`, for a server on a port of its own; any other request is 404. */
  readonly handler: HttpHandler;
}

/** One value of a metric, by its labels. */
export interface MetricValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricsOptions {
  /** Of which the revision, the log and the writes are told. Default: none is asked. */
  readonly store?: Store | undefined;
  /** The store whose writes and log are measured, where {@link store} stands before several. Default: that one. */
  readonly local?: Store | undefined;
}

/**
 * Makes the metrics of one service. Their labels are methods and codes, never names of namespaces, keys or callers.
 *
 * @example
 * const metrics = createMetrics({ store });
 * const service = createConfigService(store, { guard, stages: { outer: [metrics.stage] } });
 * const gateway = createInProcessGateway(service, { metrics });
 */
export function createMetrics({ store, local = store }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const calls = new CallMetrics();
  register(registry, 'cfg_calls_total', async () => calls.total());
  register(registry, 'cfg_calls_under_way', async () => calls.underWay());
  register(registry, 'cfg_call_duration_seconds', async () => calls.durations());
  for (const [name, read] of [...(store ? logMetrics(store) : []), ...(local ? writeMetrics(local) : [])])
    register(registry, name, read);
  return {
    stage: calls.stage,
    registry,
    add: (name, help, type, read) => register(registry, name, async () => metric(name, help, type, read())),
    handler: metricsHandler(() => registry),
  };
}

/** A metric that is read when it is asked for. prom-client's registry asks no more of one than this. */
function register(registry: Registry, name: string, get: () => Promise<Values>): void {
  registry.registerMetric({ name, get, reset: () => {} } as unknown as Metric);
}
