import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Manager, RemoteStore } from '@cfg/client';
import { startServer } from '@cfg/server';
import { fakeConfig } from '@cfg/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { buildApp } from './app.ts';

it('is tested without a server', async () => {
  await using config = await fakeConfig({ limits: { perMinute: 1_000 }, greeting: { name: 'Ann' } });
  const app = await buildApp({ config });
  onTestFinished(() => app.close());
  const status = async (): Promise<number> => (await app.inject('/')).statusCode;
  expect((await app.inject('/')).json()).toEqual({ hello: 'Ann' });
  await config.set('limits/perMinute', 1);
  await config.set('limits/message', 'later');
  await status();
  const refused = await app.inject('/');
  expect([refused.statusCode, refused.json()]).toEqual([429, { error: 'later' }]);
  await config.set('limits/perMinute', 'none');
  expect(await status()).toBe(429);
  await config.set('limits/perMinute', 1_000);
  config.faults.outage();
  expect(await status()).toBe(200);
});

it('runs against a server', { timeout: 60_000 }, async () => {
  const cache = mkdtempSync(join(tmpdir(), 'cfg-fastify-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const server = await startServer({ store: 'memory', grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
  onTestFinished(() => server.close());
  const env = { ...process.env, CFG_ADDRESS: server.grpcAddress, CFG_CACHE_DIR: cache, PORT: '0' };
  const child = spawn(process.execPath, ['main.ts'], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const url = line.replace('listening on ', '');
  expect(await (await fetch(url)).json()).toEqual({ hello: 'world' });
  await using manager = new Manager({ store: new RemoteStore(server.grpcAddress, { insecure: true }) });
  await manager.connect();
  await manager.namespace('example').set('greeting/name', 'Bob');
  await vi.waitFor(async () => expect(await (await fetch(url)).json()).toEqual({ hello: 'Bob' }));
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
