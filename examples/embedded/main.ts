// The configuration service inside a gRPC server that you have already, guarded by roles that your proxy puts into the
// metadata (`x-role`, `x-user`). Run it with `node main.ts`.
import { setTimeout } from 'node:timers/promises';
import { ConfigError, MemoryStore } from '@cfg/core';
import { ConfigServiceDefinition } from '@cfg/proto';
import { createConfigService, type Guard } from '@cfg/service';
import { createServer } from 'nice-grpc';

/** Which namespaces a role may use. */
const namespacesOf: Record<string, string[]> = {
  admin: ['production', 'staging'],
  readonly: ['staging'],
};

const guard: Guard = {
  authenticate({ metadata }) {
    const role = metadata.get('x-role');
    if (role === undefined) throw new ConfigError('unauthenticated', 'missing role');
    return { userId: metadata.get('x-user') ?? 'anonymous', claims: { role } };
  },
  authorize({ claims: { role } }, action, { namespace }) {
    if (!(namespacesOf[String(role)] ?? []).includes(namespace)) {
      return { allowed: false, reason: 'role cannot access namespace' };
    }
    const writes = action === 'write' || action === 'delete';
    return role === 'readonly' && writes ? { allowed: false, reason: 'role cannot write' } : { allowed: true };
  },
};

const store = new MemoryStore();
await store.connect();
const config = createConfigService(store, { guard });

const server = createServer();
// server.add(YourDefinition, yourImplementation);
server.with(config.middleware).add(ConfigServiceDefinition, config);
console.log(await server.listen(process.env.GRPC ?? '127.0.0.1:9090'));

process.once('SIGTERM', async () => {
  config.drain();
  // Calls that are under way finish, for ten seconds at most.
  await Promise.race([server.shutdown(), setTimeout(10_000, undefined, { ref: false })]);
  server.forceShutdown();
  await store.close();
});
