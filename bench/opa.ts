import { GetRequest } from '@cfg/proto';
import { SignJWT } from 'jose';
import { startServer } from './lib/child.js';
import { perCpuSecond } from './lib/computed.js';
import { Driver } from './lib/driver.js';
import { alternate, line, title } from './lib/report.js';

/*
 * Get behind a policy of OPA beside Get behind no guard: the same service, the same token, the same driver, by turns.
 * Each server has a process of its own.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const secret = 'a secret that is long enough for HS256';
const token = await new SignJWT({ sub: 'bob', roles: ['operator'], iss: 'https://id.example.com', aud: 'cfg' })
  .setProtectedHeader({ alg: 'HS256' })
  .setExpirationTime('1h')
  .sign(new TextEncoder().encode(secret));
const gets = Array.from({ length: 1_000 }, (_, i) =>
  GetRequest.encode(GetRequest.fromPartial({ namespace: 'production', key: `app/key-${i}` })).finish(),
);

const open = await startServer('guarded', 'open');
const openDriver = new Driver(open.port, 4, { authorization: `Bearer ${token}` });

const get = '/config.v1.ConfigService/Get';

async function compare(what: string, kind: string, goal?: number): Promise<void> {
  const server = await startServer('guarded', kind, secret);
  const driver = new Driver(server.port, 4, { authorization: `Bearer ${token}` });
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

title('Get behind a policy (WebAssembly)', ['OPA', 'no guard']);
await compare('the token is believed', 'opa', 0.6);
await compare('the token is believed, decisions are kept', 'cached');
await compare('the token is verified, HS256', 'verified');

openDriver.close();
open.stop();
