import { fileURLToPath } from 'node:url';
import { hmacVerifier, opaGuard } from '@cfg/authorizer-opa';
import { type EncodedValue, MemoryStore } from '@cfg/core';
import { ConfigServiceDefinition } from '@cfg/proto';
import { allowAll, createConfigService, type Guard, hashToken, rbac } from '@cfg/service';
import { createServer } from 'nice-grpc';
import { serve } from '../lib/child.js';

/** Our service behind the guard that the first argument names. The second is the secret of the tokens. */
const [kind = 'open', secret = ''] = process.argv.slice(2);
const policies = new URL('../../../packages/authorizer-opa/policies/', import.meta.url);
const roles = { policy: { file: fileURLToPath(new URL('roles.tar.gz', policies)) } };
/** As many others as a company has services. */
const others = Array.from({ length: 1_000 }, (_, at) => ({
  user: `user-${at}`,
  hash: hashToken().hash,
  roles: ['reader'],
}));
const reader = [{ actions: ['read', 'list'], namespaces: ['prod*'], prefixes: ['app/'] }];
const guards: Readonly<Record<string, () => Guard | Promise<Guard>>> = {
  open: allowAll,
  rbac: () => {
    const own = { user: 'bob', hash: hashToken(secret).hash, roles: ['reader'] };
    return rbac({ roles: { reader }, tokens: [...others, own] });
  },
  limited: allowAll,
  opa: () => opaGuard(roles),
  cached: () => opaGuard({ ...roles, decisionCacheMs: 60_000 }),
  verified: () => opaGuard({ ...roles, verifier: hmacVerifier(secret) }),
};
const guard = await guards[kind]?.();
if (guard === undefined) throw new Error(`no guard ${kind}`);

const store = new MemoryStore();
await store.connect();
const value: EncodedValue = { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' };
for (let i = 0; i < 1_000; i += 1) await store.set('production', `app/key-${i}`, value);
const rateLimit = kind === 'limited' ? { rate: 1_000_000, burst: 1_000_000 } : undefined;
const service = createConfigService(store, { guard, rateLimit });
const server = createServer().use(service.middleware);
server.add(ConfigServiceDefinition, service);
serve(await server.listen('127.0.0.1:0'), {
  /** The time that this process has spent computing, in microseconds. */
  cpu: () => process.cpuUsage().user + process.cpuUsage().system,
});
