import { can, type Store } from '@cfg/core';
import type { HttpHandler, Stage } from '@cfg/service';
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { CallMetrics, metric } from './call-metrics.js';

/** What is measured of a service and its process. */
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
  /** Of which the revision and the reach of the log are told. Default: none is asked. */
  readonly store?: Store | undefined;
}

/**
 * Makes the metrics of one service. Their labels are methods and codes, never names of namespaces, keys or callers.
 *
 * @example
 * const metrics = createMetrics({ store });
 * const service = createConfigService(store, { guard, stages: { outer: [metrics.stage] } });
 * const gateway = createInProcessGateway(service, { metrics });
 */
export function createMetrics({ store }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const calls = new CallMetrics();
  register(registry, 'cfg_calls_total', async () => calls.total());
  register(registry, 'cfg_calls_under_way', async () => calls.underWay());
  register(registry, 'cfg_call_duration_seconds', async () => calls.durations());
  if (store !== undefined) registerStore(registry, store);
  return {
    stage: calls.stage,
    registry,
    add: (name, help, type, read) => register(registry, name, async () => metric(name, help, type, read())),
    handler: (request, response) => {
      const path = (request.url ?? '').split('?')[0];
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (path !== '/metrics' || !isRead) {
        response.writeHead(404).end();
        return;
      }
      registry.metrics().then(
        (text) =>
          response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text),
        () => response.writeHead(500).end(),
      );
    },
  };
}

type Reading = ReturnType<typeof metric>;

/** A metric that is read when it is asked for. prom-client's registry asks no more of one than this. */
function register(registry: Registry, name: string, get: () => Promise<Reading>): void {
  registry.registerMetric({ name, get, reset: () => {} } as unknown as Metric);
}

function registerStore(registry: Registry, store: Store): void {
  const named = (name: string, help: string, of: 'revision' | 'oldestRevision'): void => {
    register(registry, name, async () => {
      // A store that cannot be asked has no value, which is told by its absence.
      const state = can(store, 'revisions') ? await store.revision().catch(() => undefined) : undefined;
      return metric(name, help, 'gauge', state === undefined ? [] : [{ labels: {}, value: state[of] }]);
    });
  };
  named('cfg_store_revision', 'The revision of the last change', 'revision');
  named('cfg_store_oldest_revision', 'From this revision on a watch can resume', 'oldestRevision');
}
