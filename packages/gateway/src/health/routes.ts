import type { Logger } from '@cfg/core';
import type { Exchange } from '../exchange.js';
import { health, ready } from '../openapi/own-operations.js';
import type { OwnRoute } from '../router.js';

/** The checks of readiness, by name: each returns `undefined`, or the reason why not, for an operator. */
export type CheckReadiness = () => Promise<Readonly<Record<string, string | undefined>>>;

/**
 * `/healthz`: the process answers. `/readyz`: it can serve, else 503 with the checks that fail. Why they do is logged, not
 * told, for neither asks for a credential. Both answer when the gateway is closed.
 */
export function healthRoutes(check: CheckReadiness, logger: Logger): readonly OwnRoute[] {
  // Anybody may ask, as often as they like: all share one look.
  let flight: Promise<Readonly<Record<string, string | undefined>>> | undefined;
  const look = (): Promise<Readonly<Record<string, string | undefined>>> => {
    flight ??= check().finally(() => {
      flight = undefined;
    });
    return flight;
  };
  return [
    {
      verb: 'GET',
      path: '/healthz',
      operation: health,
      always: true,
      endpoint: async (exchange) => {
        await exchange.reply.send(200, JSON.stringify({ status: 'ok' }));
      },
    },
    {
      verb: 'GET',
      path: '/readyz',
      operation: ready,
      always: true,
      endpoint: async (exchange: Exchange) => {
        const found = Object.entries(await look());
        const failing = found.filter(([, problem]) => problem !== undefined);
        if (failing.length > 0) logger.warn({ failing: Object.fromEntries(failing) }, 'not ready');
        const checks = Object.fromEntries(
          found.map(([name, problem]) => [name, problem === undefined ? 'ok' : 'failing']),
        );
        const isReady = failing.length === 0;
        await exchange.reply.send(
          isReady ? 200 : 503,
          JSON.stringify({ status: isReady ? 'ready' : 'not ready', checks }),
        );
      },
    },
  ];
}
