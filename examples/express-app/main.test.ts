import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RemoteStore } from '@cfg/client';
import { startServer } from '@cfg/server';
import { expect, it, onTestFinished, vi } from 'vitest';

const patient = { timeout: 20_000 };
const cache = mkdtempSync(join(tmpdir(), 'cfg-express-'));

interface Program {
  readonly lines: string[];
  /** The answer of the app. */
  get(path: string): Promise<Record<string, unknown>>;
  /** As a crash would: its requests are not finished. */
  kill(): Promise<unknown>;
}

async function start(address: string): Promise<Program> {
  const env = { ...process.env, CFG_ADDRESS: address, CFG_CACHE_DIR: cache, PORT: '0' };
  const child = spawn(process.execPath, ['main.ts'], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  await vi.waitFor(() => expect(lines.at(-1)).toContain('listening'), patient);
  const url = lines.at(-1)?.replace('listening on ', '') as string;
  return {
    lines,
    get: async (path) => (await (await fetch(url + path)).json()) as Record<string, unknown>,
    kill: async () => {
      child.kill('SIGKILL');
      return await exited;
    },
  };
}

it('resizes its pool while it works, refuses what is not valid, and starts without the server', {
  timeout: 60_000,
}, async () => {
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const server = await startServer({ store: 'memory', grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
  const admin = new RemoteStore(server.grpcAddress, { insecure: true });
  await admin.connect();
  const set = (key: string, json: string): Promise<unknown> =>
    admin.set('example', key, { bytes: Buffer.from(json), codec: 'json', type: 'custom' });
  await set('pool/jobMs', '600000');

  const app = await start(server.grpcAddress);
  expect(await app.get('/pool')).toMatchObject({ size: 2, running: 0, source: 'server' });
  for (let i = 0; i < 6; i += 1) app.get('/work').catch(() => {});
  await vi.waitFor(async () => expect(await app.get('/pool')).toMatchObject({ running: 2, waiting: 4 }), patient);
  await set('pool/size', '5');
  await vi.waitFor(
    async () => expect(await app.get('/pool')).toMatchObject({ size: 5, running: 5, waiting: 1 }),
    patient,
  );
  expect(app.lines).toContain('pool resized from 2 to 5');
  await set('pool/size', '0');
  await vi.waitFor(() => expect(app.lines.at(-1)).toMatch(/^refused: invalid value: pool\/size \(version 2/), patient);
  expect(await app.get('/pool')).toMatchObject({ size: 5 });
  await set('pool/size', '7');
  await vi.waitFor(async () => expect(await app.get('/pool')).toMatchObject({ size: 7 }), patient);

  await admin.close();
  await server.close();
  await vi.waitFor(async () => expect(await app.get('/pool')).toMatchObject({ size: 7, stale: true }), patient);
  const file = join(cache, 'example.cache');
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain(Buffer.from('7').toString('base64')), patient);
  await app.kill();
  const again = await start(server.grpcAddress);
  expect(await again.get('/pool')).toMatchObject({ size: 7, source: 'cache', stale: true });
});
