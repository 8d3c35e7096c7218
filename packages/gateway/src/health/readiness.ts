import { can } from '@cfg/core';
import type { ConfigService } from '@cfg/service';
import { type Client, ClientError, Status } from 'nice-grpc';
import type { HealthDefinition } from 'nice-grpc-server-health';
import type { CheckReadiness } from './routes.js';

/** SERVING, of the health protocol. */
const serving = 1;

/** How long a check may take. */
const timeoutMs = 5_000;

/** Of a service of this process: its store works, and it is not going down. */
export const serviceReadiness =
  ({ store, draining }: ConfigService): CheckReadiness =>
  async () => {
    const signal = AbortSignal.timeout(timeoutMs);
    const failed = (error: unknown): string => (error instanceof Error ? error.message : String(error));
    const asked = can(store, 'health') ? store.health({ signal }) : Promise.resolve({ ok: true, message: undefined });
    const problem = await asked.then(({ ok, message }) => (ok ? undefined : (message ?? 'not healthy')), failed);
    return { store: problem, draining: draining.begun ? 'the server is going down' : undefined };
  };

/** Of a server elsewhere: it says that it serves. One without health checks, as the original, is only reached. */
export const serverReadiness =
  (client: Client<HealthDefinition>): CheckReadiness =>
  async () => {
    try {
      const { status } = await client.check({ service: '' }, { signal: AbortSignal.timeout(timeoutMs) });
      return { server: status === serving ? undefined : 'the server is going down' };
    } catch (error) {
      const answers = error instanceof ClientError && ![Status.UNAVAILABLE, Status.CANCELLED].includes(error.code);
      return { server: answers ? undefined : String(error) };
    }
  };
