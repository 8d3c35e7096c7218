import type { HttpHandler } from '@cfg/service';
import { AggregatorRegistry } from 'prom-client';
import type { Values } from './metric.js';
import { metricsHandler } from './metrics-handler.js';

/** The metrics of one process, as plain data that can be sent to another: of `metrics.registry.getMetricsAsJSON()`. */
export type MetricsData = readonly Values[];

/**
 * Serves on `GET /metrics` what several processes measure, added up: counts are sums, and the revision is the greatest.
 *
 * @example
 * createServer(mergedMetrics(() => Promise.all(workers.map((worker) => worker.measure()))));
 */
export const mergedMetrics = (read: () => Promise<readonly MetricsData[]>): HttpHandler =>
  metricsHandler(async () => AggregatorRegistry.aggregate((await read()).map((metrics) => [...metrics])));
