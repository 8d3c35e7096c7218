import { GetRequest, SetRequest } from '@cfg/proto';
import { hashToken } from '@cfg/service';
import { startServer } from './lib/child.js';
import { perCpuSecond } from './lib/computed.js';
import { Driver } from './lib/driver.js';
import { alternate, line, title } from './lib/report.js';

/*
 * Get behind a guard by roles (a token among a thousand), behind a rate limit, and behind all that the program has by
 * default, beside Get behind nothing; and a durable Set that an SQL audit records, beside one that none does. The same
 * service, the same driver, by turns. Each server has a process of its own.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const { token } = hashToken();
const headers = { authorization: `Bearer ${token}` };
const get = '/config.v1.ConfigService/Get';
const gets = Array.from({ length: 1_000 }, (_, i) =>
  GetRequest.encode(GetRequest.fromPartial({ namespace: 'production', key: `app/key-${i}` })).finish(),
);

const open = await startServer('guarded', 'open');
const openDriver = new Driver(open.port, 4, headers);

async function compare(what: string, kind: string, goal: number): Promise<void> {
  const server = await startServer('guarded', kind, token);
  const driver = new Driver(server.port, 4, headers);
  const rates = await alternate(
    () => driver.rate(get, gets, ms),
    () => openDriver.rate(get, gets, ms),
  );
  line(what, 'call/s', rates, goal);
  const computed = await alternate(
    () => perCpuSecond(server, driver, get, gets),
    () => perCpuSecond(open, openDriver, get, gets),
  );
  line('  the same, by the CPU time of the server', 'call/s', computed);
  driver.close();
  server.stop();
}

title('Get behind what guards it', ['guarded', 'open']);
await compare('rbac, a token among 1,000', 'rbac', 0.9);
await compare('a rate limit by address', 'limited', 0.95);
await compare('rbac, rate and watch limit, log, metrics', 'everything', 0.9);

openDriver.close();
open.stop();

const set = '/config.v1.ConfigService/Set';
const sets = Array.from({ length: 1_000 }, (_, i) => {
  const request = { namespace: 'production', key: `app/key-${i}`, value: Buffer.alloc(100, '1'), codec: 'raw' };
  return SetRequest.encode(SetRequest.fromPartial(request)).finish();
});
const durable = await startServer('guarded', 'durable');
const audited = await startServer('guarded', 'audited');
const durableDriver = new Driver(durable.port);
const auditedDriver = new Driver(audited.port);
title('Durable Set (SQLite) that is audited', ['audited', 'not']);
const rates = await alternate(
  () => auditedDriver.rate(set, sets, ms),
  () => durableDriver.rate(set, sets, ms),
);
line('an audit by SQL (SQLite)', 'call/s', rates, 0.7);
const computed = await alternate(
  () => perCpuSecond(audited, auditedDriver, set, sets, 2_000),
  () => perCpuSecond(durable, durableDriver, set, sets, 2_000),
);
line('  the same, by the CPU time of the server', 'call/s', computed);
for (const driver of [durableDriver, auditedDriver]) driver.close();
for (const server of [durable, audited]) server.stop();
