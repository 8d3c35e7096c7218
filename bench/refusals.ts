import http from 'node:http';
import { GetRequest } from '@cfg/proto';
import { startServer } from './lib/child.js';
import { Driver } from './lib/driver.js';
import { alternate, line, title } from './lib/report.js';

/*
 * Get of a missing key beside Get of one that is there, through every door: calls per second of the server's processor
 * time, by turns, medians. Finding nothing must not cost much more than finding something.
 */

const calls = Number(process.env.BENCH_CALLS ?? 4_000);
const inFlight = 32;
const server = await startServer('refusals');
const driver = new Driver(server.port);
const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
const httpPort = await server.tell('httpPort');

/** Runs `call` so often; returns how many a second of the server's processor time allows. */
async function rate(call: () => Promise<unknown>, times = calls): Promise<number> {
  const before = await server.tell('cpu');
  let left = times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, times) }, worker));
  return (calls * 1_000_000) / ((await server.tell('cpu')) - before);
}

const grpc = (key: string) => {
  const message = GetRequest.encode(GetRequest.fromPartial({ namespace: 'production', key })).finish();
  return () => driver.call('/config.v1.ConfigService/Get', message).catch(() => undefined);
};

const rest = (key: string) => () =>
  new Promise((resolve, reject) => {
    const path = `/v1/namespaces/production/keys/${key}`;
    const request = http.get({ host: '127.0.0.1', port: httpPort, path, agent }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
  });

title('Get of a missing key, beside one that is there: calls per second of processor time');
for (const [door, callOf, times] of [
  ['gRPC', grpc, calls],
  ['HTTP, gateway in process', rest, calls],
  ['in process', (key: string) => () => server.tell(key, calls), 1],
] as const) {
  const result = await alternate(
    () => rate(callOf('none'), times),
    () => rate(callOf('there'), times),
  );
  line(door, 'call/s', result, 0.8);
}
driver.close();
agent.destroy();
server.stop();
