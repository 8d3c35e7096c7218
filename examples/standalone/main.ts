// A configuration server: a SQLite file, the gRPC door and the HTTP door. Run it with `node main.ts`, then:
//   curl -X POST localhost:8080/v1/namespaces/production/keys/app/timeout -d '{"value":"MzA="}' -H 'authorization: Bearer admin-token'
import { setTimeout } from 'node:timers/promises';
import { ConfigError } from '@cfg/core';
import { createInProcessGateway } from '@cfg/gateway';
import { addConfigService, createConfigService, type Guard } from '@cfg/service';
import { SqliteStore } from '@cfg/sqlite';
import express from 'express';
import { createServer } from 'nice-grpc';
import { pino } from 'pino';

const { DATABASE = 'config.db', GRPC = '127.0.0.1:9090', HTTP_PORT = '8080' } = process.env;
const logger = pino();

// Who may do what: two tokens, one of which may only read. A real one asks your identity provider.
const users = new Map([
  ['admin-token', { userId: 'admin', claims: { writes: true } }],
  ['app-token', { userId: 'app', claims: { writes: false } }],
]);
const guard: Guard = {
  authenticate({ metadata }) {
    const token = metadata.get('authorization')?.replace(/^Bearer /, '');
    const user = users.get(token ?? '');
    if (user === undefined) throw new ConfigError('unauthenticated', 'unknown token');
    return user;
  },
  authorize(identity, action) {
    const allowed = identity.claims.writes === true || !['write', 'delete'].includes(action);
    return { allowed, reason: `${identity.userId} may only read` };
  },
};

const store = new SqliteStore(DATABASE);
await store.connect();
const service = createConfigService(store, { guard, logger });

const grpc = createServer();
addConfigService(grpc, service);
const grpcPort = await grpc.listen(GRPC);

const gateway = createInProcessGateway(service, { logger });
const web = express()
  .use(gateway.handler)
  .listen(Number(HTTP_PORT), '127.0.0.1', () => logger.info({ grpcPort, http: web.address() }, 'ready'));

const stop = async (): Promise<void> => {
  service.drain();
  await gateway.close();
  web.close();
  // Calls that are under way finish, for ten seconds at most.
  await Promise.race([grpc.shutdown(), setTimeout(10_000, undefined, { ref: false })]);
  grpc.forceShutdown();
  await store.close();
};
process.once('SIGTERM', stop).once('SIGINT', stop);
