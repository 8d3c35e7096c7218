import { forward, MemoryStore } from '@cfg/core';
import { addConfigService, allowAll, createConfigService } from '@cfg/service';
import { createServer } from 'nice-grpc';
import { describe, expect, it, vi } from 'vitest';
import { createGateway } from '../index.js';
import { doors, openDoor, serveGateway } from '../test/doors.js';
import { ask } from '../test/http.js';
import { otherServer } from '../test/other-server.js';

describe.each(doors)('health, %s', (door) => {
  it('is told without a credential, also while things go down', async () => {
    await using opened = await openDoor(door, {
      service: {
        guard: { authenticate: () => Promise.reject(new Error('no')), authorize: () => ({ allowed: false }) },
      },
    });
    expect(await ask(opened.url, '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await ask(opened.url, '/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
    opened.service.drain();
    expect(await ask(opened.url, '/readyz')).toMatchObject({ status: 503, json: { status: 'not ready' } });
    await opened.gateway.close();
    expect((await ask(opened.url, '/healthz')).status).toBe(200);
  });
});

it('readiness is that of the store, whose troubles only the log is told', async () => {
  const memory = new MemoryStore();
  await memory.connect();
  const health = async () => ({ ok: false, message: 'db-7.internal is down' });
  const logged: object[] = [];
  const logger = {
    debug: () => {},
    info: () => {},
    warn: (fields: object) => void logged.push(fields),
    error: () => {},
  };
  await using opened = await openDoor('in process', { store: forward(memory, { health }), gateway: { logger } });
  const answer = await ask(opened.url, '/readyz');
  expect(answer).toMatchObject({ status: 503, json: { checks: { store: 'failing', draining: 'ok' } } });
  expect(answer.text).not.toContain('db-7');
  expect(logged).toEqual([{ failing: { store: 'db-7.internal is down' } }]);
});

it('readiness is that of the server', async () => {
  await using away = await serveGateway(createGateway('127.0.0.1:1', { insecure: true }));
  expect(await ask(away.url, '/readyz')).toMatchObject({ status: 503, json: { checks: { server: 'failing' } } });
  await using original = await otherServer(async function* () {});
  await using gateway = await serveGateway(createGateway(original.address, { insecure: true }));
  expect((await ask(gateway.url, '/readyz')).status).toBe(200);
});

it('a server that was away is found again', { timeout: 60_000 }, async () => {
  const store = new MemoryStore();
  await store.connect();
  await store.set('a', 'b', { bytes: Buffer.from('1'), codec: 'json', type: 'int' });
  const serve = async (address: string): Promise<{ address: string; stop: () => void }> => {
    const server = createServer();
    addConfigService(server, createConfigService(store, { guard: allowAll() }));
    const port = await server.listen(address);
    return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
  };
  const { address, stop } = await serve('127.0.0.1:0');
  await using gateway = await serveGateway(createGateway(address, { insecure: true }));
  const status = async (): Promise<number> => (await ask(gateway.url, '/v1/namespaces/a/keys/b')).status;
  expect(await status()).toBe(200);
  stop();
  await vi.waitFor(async () => expect(await status()).toBe(503), { timeout: 30_000 });
  const again = await serve(address);
  await vi.waitFor(async () => expect(await status()).toBe(200), { timeout: 30_000 });
  again.stop();
});
