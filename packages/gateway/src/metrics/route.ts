import { metrics as described } from '../openapi/own-operations.js';
import type { OwnRoute } from '../router.js';
import type { Metrics } from './metrics.js';

/** `GET /metrics`. */
export const metricsRoute = ({ registry }: Metrics): OwnRoute => ({
  verb: 'GET',
  path: '/metrics',
  operation: described,
  always: true,
  endpoint: async (exchange) => {
    await exchange.reply.send(200, await registry.metrics(), { 'content-type': registry.contentType });
  },
});
