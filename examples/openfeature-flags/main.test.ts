import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Manager, RemoteStore } from '@cfg/client';
import { startServer } from '@cfg/server';
import { expect, it, onTestFinished, vi } from 'vitest';

it('evaluates flags, and again when they change', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cfg-flags-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = `sqlite:${join(folder, 'config.db')}`;
  const server = await startServer({ store, grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
  const env = { ...process.env, CFG_ADDRESS: server.grpcAddress, CFG_CACHE_DIR: folder };
  const child = spawn(process.execPath, ['main.ts'], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const printed = (line: string): Promise<void> => vi.waitFor(() => expect(lines).toContain(line), { timeout: 20_000 });
  await printed('ann off (ERROR), bob off (ERROR), eve off (ERROR)');

  const admin = async (address: string, data: unknown): Promise<void> => {
    await using manager = new Manager({ store: new RemoteStore(address, { insecure: true }) });
    await manager.connect();
    await manager.namespace('example').set('flags/new-checkout', data);
  };
  const flag = { variants: { on: true, off: false }, default: 'off' };
  await admin(server.grpcAddress, { ...flag, rules: [{ when: { country: 'DE' }, variant: 'on' }] });
  await printed('ann on (TARGETING_MATCH), bob off (DEFAULT), eve off (DEFAULT)');
  await admin(server.grpcAddress, { ...flag, rules: [{ split: { on: 100, off: 0 } }] });
  await printed('ann on (SPLIT), bob on (SPLIT), eve on (SPLIT)');

  await server.close();
  await printed('the server is away: the flags stay as they are');
  const back = await startServer({ store, grpc: server.grpcAddress, http: '127.0.0.1:0' });
  onTestFinished(() => back.close());
  await admin(back.grpcAddress, true);
  await printed('ann on (STATIC), bob on (STATIC), eve on (STATIC)');
  expect(lines).toContain('ready');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
