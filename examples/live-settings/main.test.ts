import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Manager, RemoteStore, Secret } from '@cfg/client';
import { startServer } from '@cfg/server';
import { expect, it, onTestFinished, vi } from 'vitest';

it('follows typed settings of two layers', { timeout: 60_000 }, async () => {
  const cache = mkdtempSync(join(tmpdir(), 'cfg-live-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const server = await startServer({ store: 'memory', grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
  onTestFinished(() => server.close());
  await using manager = new Manager({ store: new RemoteStore(server.grpcAddress, { insecure: true }) });
  await manager.connect();
  const [eu, shared] = [manager.namespace('eu'), manager.namespace('shared')];
  await shared.set('mail/url', `smtp://\${mail/host}:25`);
  await shared.set('mail/host', 'mail.example');
  await shared.set('mail/password', new Secret('hunter2'), { codec: 'secret' });
  await eu.set('mail/host', 'mail.eu.example');

  const env = { ...process.env, CFG_ADDRESS: server.grpcAddress, CFG_CACHE_DIR: cache };
  const child: ChildProcess = spawn(process.execPath, ['main.ts'], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const lines: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => lines.push(line));
  const printed = (...expected: string[]): Promise<void> =>
    vi.waitFor(() => expect(lines.splice(0, expected.length)).toEqual(expected), { timeout: 20_000, interval: 200 });

  await vi.waitFor(() => expect(lines).toHaveLength(3), { timeout: 20_000 });
  await printed(
    'from server: smtp://mail.eu.example:25, 60 a minute',
    'password ******, of 7 characters',
    'perMinute is a default',
  );
  await shared.set('mail/perMinute', 100);
  await vi.waitFor(() => expect(lines).toHaveLength(2), { timeout: 20_000 });
  await printed('changed: perMinute', 'now 100 a minute');
  await eu.batch([
    { type: 'set', key: 'mail/footer/text', data: 'hello' },
    { type: 'set', key: 'mail/footer/html', data: true },
    { type: 'delete', key: 'mail/host' },
  ]);
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 20_000 });
  await printed('changed: footer, footer.html, footer.text, url');
  await shared.set('mail/perMinute', 'many');
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 20_000 });
  expect(lines.pop()).toMatch(/^refused: invalid value: mail\/perMinute \(version 2.*\): /);
  await shared.set('mail/perMinute', 1);
  await eu.set('mail/footer/text', 'bye');
  expect((await exited)[0]).toBe(0);
});
