import http from 'node:http';
import { startServer } from './lib/child.js';
import { alternate, line, title } from './lib/report.js';

/* The REST door in process beside bare express that answers the same JSON; the same driver, by turns, medians. */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const path = '/v1/namespaces/production/keys/app/timeout';
const inFlight = 32;

function get(port: number, agent: http.Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path, agent }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => (response.statusCode === 200 ? resolve(body) : reject(new Error(body))));
      })
      .on('error', reject);
  });
}

async function rate(port: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  let calls = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (; performance.now() < began + ms; calls += 1) await get(port, agent);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  agent.destroy();
  return (calls * 1_000) / (performance.now() - began);
}

const ours = await startServer('ours-http');
const bare = await startServer('bare-http');
const agent = new http.Agent();
const [mine, theirs] = [JSON.parse(await get(ours.port, agent)), JSON.parse(await get(bare.port, agent))];
const fields = ({ entry }: { entry: object }): string => Object.keys(entry).sort().join();
if (fields(mine) !== fields(theirs)) throw new Error(`not the same JSON: ${fields(mine)} and ${fields(theirs)}`);
title('REST, memory store, gateway in process, beside bare express');
line(
  'GET of one key',
  'call/s',
  await alternate(
    () => rate(ours.port),
    () => rate(bare.port),
  ),
  0.8,
);
ours.stop();
bare.stop();
