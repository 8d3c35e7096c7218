import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { hmacVerifier, opaGuard } from '@cfg/authorizer-opa';
import { type EncodedValue, MemoryStore } from '@cfg/core';
import { createMetrics } from '@cfg/gateway';
import { ConfigServiceDefinition } from '@cfg/proto';
import {
  allowAll,
  audit,
  createConfigService,
  type Guard,
  hashToken,
  rbac,
  type Stage,
  sqlAuditor,
  watchLimit,
} from '@cfg/service';
import { SqliteStore } from '@cfg/sqlite';
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
const byRoles = (): Guard => {
  const own = { user: 'bob', hash: hashToken(secret).hash, roles: ['reader'] };
  return rbac({ roles: { reader }, tokens: [...others, own] });
};
const guards: Readonly<Record<string, () => Guard | Promise<Guard>>> = {
  open: allowAll,
  rbac: byRoles,
  limited: allowAll,
  everything: byRoles,
  durable: allowAll,
  audited: allowAll,
  opa: () => opaGuard(roles),
  cached: () => opaGuard({ ...roles, decisionCacheMs: 60_000 }),
  verified: () => opaGuard({ ...roles, verifier: hmacVerifier(secret) }),
};
const guard = await guards[kind]?.();
if (guard === undefined) throw new Error(`no guard ${kind}`);

/** A folder that the operating system clears away. */
const folder = mkdtempSync(join(tmpdir(), 'cfg-bench-'));
const isDurable = kind === 'durable' || kind === 'audited';
const store = isDurable ? new SqliteStore(join(folder, 'config.db')) : new MemoryStore();
await store.connect();
const value: EncodedValue = { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' };
for (let i = 0; i < 1_000; i += 1) await store.set('production', `app/key-${i}`, value);
const isLimited = kind === 'limited' || kind === 'everything';
const rateLimit = isLimited ? { rate: 1_000_000, burst: 1_000_000 } : undefined;
const stages: Stage[] = [];
if (kind === 'everything') stages.push(createMetrics({ store }).stage, watchLimit());
if (kind === 'audited') {
  const database = new DatabaseSync(join(folder, 'audit.db'));
  // As cfg-server opens it.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  const auditor = sqlAuditor(database);
  await auditor.createTable();
  stages.push(audit(auditor));
}
/** As with `--log-level info`: a call that goes well is not written. */
const silent = (): void => {};
const log = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  isLevelEnabled: (level: string) => level !== 'debug',
};
const logger = kind === 'everything' ? log : undefined;
const service = createConfigService(store, { guard, rateLimit, logger, stages: { outer: stages } });
const server = createServer().use(service.middleware);
server.add(ConfigServiceDefinition, service);
serve(await server.listen('127.0.0.1:0'), {
  /** The time that this process has spent computing, in microseconds. */
  cpu: () => process.cpuUsage().user + process.cpuUsage().system,
});
