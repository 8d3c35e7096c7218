import { HealthServiceImpl } from 'nice-grpc-server-health';
import type { ConfigService } from './config-service.js';
import { goingDown } from './draining.js';

/** gRPC health checks. A watch of the health is told of the draining and then ends, so that the server can shut down. */
export function healthImplementation({ health, draining }: ConfigService): HealthServiceImpl {
  const inner = HealthServiceImpl(health);
  return {
    check: (request, context) => inner.check(request, context),
    async *watch(request, context) {
      const ended = new AbortController();
      const end = { end: () => ended.abort() };
      if (!draining.begun) draining.add(end);
      else ended.abort();
      try {
        const signal = AbortSignal.any([context.signal, ended.signal]);
        yield* inner.watch(request, { ...context, signal });
      } catch (error) {
        throw draining.begun && !context.signal.aborted ? goingDown() : error;
      } finally {
        draining.delete(end);
      }
    },
  };
}
