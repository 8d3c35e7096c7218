import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { RemoteStore } from '@cfg/client';
import { Metadata } from 'nice-grpc';
import { afterAll, beforeAll, expect, it } from 'vitest';

let server: ChildProcess;
let address: string;

beforeAll(async () => {
  const env = { ...process.env, GRPC: '127.0.0.1:0' };
  server = spawn(process.execPath, ['main.ts'], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(server.stdout as NodeJS.ReadableStream, 'data');
  address = `127.0.0.1:${String(port).trim()}`;
});

afterAll(() => void server.kill('SIGKILL'));

/** A store whose calls carry these headers, as a proxy would add them. */
async function as(headers: Record<string, string>): Promise<RemoteStore> {
  const store = new RemoteStore(address, {
    insecure: true,
    middleware: [
      (call, options) => {
        const metadata = Metadata(options.metadata);
        for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
        return call.next(call.request, { ...options, metadata });
      },
    ],
  });
  await store.connect();
  return store;
}

it('goes by the role in the metadata', async () => {
  const value = { bytes: Buffer.from('30'), codec: 'json', type: 'int' } as const;
  await using admin = await as({ 'x-role': 'admin', 'x-user': 'ann' });
  await admin.set('production', 'app/timeout', value);
  await admin.set('staging', 'app/timeout', value);

  await using reader = await as({ 'x-role': 'readonly' });
  expect(await reader.get('staging', 'app/timeout')).toMatchObject({ version: 1, type: 'int' });
  await expect(reader.get('production', 'app/timeout')).rejects.toMatchObject({
    code: 'permission_denied',
    message: 'role cannot access namespace',
  });
  await expect(reader.set('staging', 'app/timeout', value)).rejects.toThrow('role cannot write');
});

it('turns away who has no role', async () => {
  await expect(as({})).rejects.toMatchObject({ code: 'unauthenticated' });
});
