import { GetRequest } from '@cfg/proto';
import { SignJWT } from 'jose';
import { type Server, startServer } from './lib/child.js';
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

/** Calls per second that the server has computed: a busy machine changes it less. */
async function perCpuSecond(server: Server, driver: Driver): Promise<number> {
  const before = await server.tell('cpu');
  let calls = 0;
  const worker = async (): Promise<void> => {
    while (calls < 10_000) await driver.call(get, gets[calls++ % gets.length] as Uint8Array);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return (calls * 1e6) / ((await server.tell('cpu')) - before);
}

async function compare(what: string, kind: string, goal?: number): Promise<void> {
  const server = await startServer('guarded', kind, secret);
  const driver = new Driver(server.port, 4, { authorization: `Bearer ${token}` });
  const rates = await alternate(
    () => driver.rate(get, gets, ms),
    () => openDriver.rate(get, gets, ms),
  );
  line(what, 'call/s', rates, goal);
  const computed = await alternate(
    () => perCpuSecond(server, driver),
    () => perCpuSecond(open, openDriver),
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
