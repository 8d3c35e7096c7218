import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Manager, RemoteStore } from '@cfg/client';
import { startServer } from '@cfg/server';
import { fakeConfig } from '@cfg/testing';
import { NestFactory } from '@nestjs/core';
import { expect, it, onTestFinished, vi } from 'vitest';

it('is tested without a server', async () => {
  // As Nest itself loads it: compiled, with its decorators.
  const { appModule } = (await import('./dist/app.module.js')) as typeof import('./app.module.js');
  await using config = await fakeConfig({ greeting: { name: 'Ann' } });
  const app = await NestFactory.create(appModule({ config }), { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const get = async (): Promise<unknown> => (await fetch(await app.getUrl())).json();
  expect(await get()).toEqual({ hello: 'Ann', pool: 2 });
  await config.set('greeting/pool', 9);
  await config.set('greeting/name', 'Bob');
  expect(await get()).toEqual({ hello: 'Bob', pool: 9 });
});

it('runs against a server', { timeout: 60_000 }, async () => {
  const cache = mkdtempSync(join(tmpdir(), 'cfg-nest-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const server = await startServer({ store: 'memory', grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
  onTestFinished(() => server.close());
  const env = { ...process.env, CFG_ADDRESS: server.grpcAddress, CFG_CACHE_DIR: cache, PORT: '0' };
  const cwd = import.meta.dirname;
  const child = spawn(process.execPath, ['dist/main.js'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const get = async (): Promise<unknown> => (await fetch(line.replace('listening on ', ''))).json();
  expect(await get()).toEqual({ hello: 'world', pool: 2 });
  await using manager = new Manager({ store: new RemoteStore(server.grpcAddress, { insecure: true }) });
  await manager.connect();
  await manager.namespace('example').set('greeting/pool', 7);
  await vi.waitFor(async () => expect(await get()).toEqual({ hello: 'world', pool: 7 }));
  child.kill('SIGTERM');
  await exited;
});
