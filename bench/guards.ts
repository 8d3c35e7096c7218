import { GetRequest } from '@cfg/proto';
import { hashToken } from '@cfg/service';
import { startServer } from './lib/child.js';
import { Driver } from './lib/driver.js';
import { alternate, line, title } from './lib/report.js';

/*
 * Get behind a guard by roles (a token among a thousand), and behind a rate limit, beside Get behind nothing: the same
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
  driver.close();
  server.stop();
}

title('Get behind what guards it', ['guarded', 'open']);
await compare('rbac, a token among 1,000', 'rbac', 0.9);
await compare('a rate limit by address', 'limited', 0.95);

openDriver.close();
open.stop();
