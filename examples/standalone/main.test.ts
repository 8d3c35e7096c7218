import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RemoteStore } from '@cfg/client';
import { afterAll, beforeAll, expect, it } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'cfg-standalone-'));
let server: ChildProcess;
let doors: { grpcPort: number; http: { port: number } };

beforeAll(async () => {
  const env = { ...process.env, DATABASE: join(dir, 'config.db'), GRPC: '127.0.0.1:0', HTTP_PORT: '0' };
  server = spawn(process.execPath, ['main.ts'], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    const record = JSON.parse(line);
    if (record.msg !== 'ready') continue;
    doors = record;
    break;
  }
});

afterAll(() => {
  server.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

const key = 'v1/namespaces/production/keys/app/timeout';
const call = (method: string, token: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${doors.http.port}/${key}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(method === 'POST' ? { body: '{"value":"MzA="}' } : {}),
  });

it('lets each do what it may, through both doors', async () => {
  expect((await call('POST', 'admin-token')).status).toBe(200);
  expect((await call('GET', 'nobody')).status).toBe(401);
  const denied = await call('POST', 'app-token');
  expect([denied.status, ((await denied.json()) as { message: string }).message]).toEqual([403, 'app may only read']);

  await using store = new RemoteStore(`127.0.0.1:${doors.grpcPort}`, { insecure: true, token: 'app-token' });
  await store.connect();
  expect(Buffer.from((await store.get('production', 'app/timeout')).bytes).toString()).toBe('30');
  await expect(store.delete('production', 'app/timeout')).rejects.toMatchObject({ code: 'permission_denied' });
});

it('ends in order', async () => {
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
