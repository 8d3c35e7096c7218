// The gateway

// For other routes of the same application
export { type AuthOptions, authMiddleware } from './auth.js';
export type { CorsOptions } from './cors.js';
export {
  createGateway,
  createInProcessGateway,
  type Gateway,
  type GatewayClients,
  type InProcessGatewayOptions,
  type RemoteGatewayOptions,
} from './gateway.js';
export { type MetricsData, mergedMetrics } from './metrics/merged-metrics.js';
export { createMetrics, type Metrics, type MetricsOptions, type MetricValue } from './metrics/metrics.js';
export type { FlagOptions } from './ofrep/options.js';
export type { GatewayOptions } from './options.js';
export type { RequestSpan, RequestTracing } from './tracing/request-tracing.js';
