import { Manager, RemoteStore } from '@cfg/client';
import { type Server, startServer } from './lib/child.js';
import { plain, title } from './lib/report.js';

/* How long reads of remembered keys take while the server is away: dead, or silent. */

const keys = 200;
const readMs = 5_000;
const readers = 100;

async function measure(what: string, away: (server: Server) => void): Promise<void> {
  const server = await startServer('ours');
  await server.tell('fill', keys);
  const store = new RemoteStore(`127.0.0.1:${server.port}`, {
    insecure: true,
    keepalive: { intervalMs: 500, timeoutMs: 500 },
  });
  const manager = new Manager({ store });
  await manager.connect();
  const config = manager.namespace(`n${keys}`);
  const key = (i: number): string => `app/key-${String(i % keys).padStart(7, '0')}`;
  for (let i = 0; i < keys; i += 1) await config.get(key(i));
  away(server);
  while (config.status?.type === 'live') await new Promise((resolve) => setTimeout(resolve, 5));
  const times: number[] = [];
  const end = performance.now() + readMs;
  // Each reader reads, and rests, as requests of an app do.
  const reader = async (first: number): Promise<void> => {
    for (let i = first; performance.now() < end; i += readers + 1) {
      const began = performance.now();
      await config.get(key(i));
      times.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all(Array.from({ length: readers }, (_, i) => reader(i)));
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  plain(`${what}: p50 of ${times.length} reads`, at(0.5), 'ms', '<= 10', at(0.5) <= 10);
  plain('  p99', at(0.99), 'ms', '<= 10', at(0.99) <= 10);
  plain('  the longest', at(1), 'ms', 'none', true);
  await manager.close();
  server.stop();
}

title(`${readers} readers of ${keys} remembered keys, while the server is away`);
await measure('killed', (server) => server.stop());
await measure('silent', (server) => server.pause());
process.exit();
