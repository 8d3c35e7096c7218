import { MemoryStore } from '@cfg/core';
import { addConfigService, allowAll, createConfigService } from '@cfg/service';
import { createServer } from 'nice-grpc';
import { expect, it } from 'vitest';
import { createGateway } from '../index.js';
import { doors, openDoor, serveGateway } from '../test/doors.js';
import { ask } from '../test/http.js';
import { SseClient } from '../test/sse-client.js';

const accept = { accept: 'text/event-stream' };

it('an EventSource comes back after a server that was away, and goes on from where it was', async () => {
  const store = new MemoryStore();
  await store.connect();
  const value = { bytes: Buffer.from('1'), codec: 'json', type: 'int' } as const;
  const serve = async (address: string) => {
    const grpc = createServer();
    addConfigService(grpc, createConfigService(store, { guard: allowAll() }));
    return { grpc, port: await grpc.listen(address) };
  };
  const { grpc, port } = await serve('127.0.0.1:0');
  await using gateway = await serveGateway(createGateway(`127.0.0.1:${port}`, { insecure: true, retryMs: 700 }));
  using first = await SseClient.open(gateway.url, '?namespaces=a', accept);
  await store.set('a', 'x', value);
  const { id } = await first.event();
  grpc.forceShutdown();
  await first.end();
  await store.set('a', 'y', value);

  // An EventSource gives up for good at any status but 200.
  const headers = { ...accept, 'last-event-id': id ?? '' };
  using away = await SseClient.open(gateway.url, '?namespaces=a', headers);
  expect(away.response.statusCode).toBe(200);
  expect(await away.next()).toEqual({ retry: 700 });
  expect(await away.event()).toMatchObject({ event: 'error', data: { error: expect.stringContaining('reached') } });
  await away.end();
  expect(away.text).not.toContain('id:');
  expect((await ask(gateway.url, '/v1/watch?namespaces=a')).status).toBe(503);
  expect((await ask(gateway.url, '/v1/codecs', { headers: accept })).status).toBe(503);

  const again = await serve(`127.0.0.1:${port}`);
  await expect.poll(async () => (await ask(gateway.url, '/v1/codecs')).status).toBe(200);
  using back = await SseClient.open(gateway.url, '?namespaces=a', headers);
  expect(await back.event()).toMatchObject({ event: 'set', data: { key: 'y' } });
  again.grpc.forceShutdown();
  await store.close();
});

it.each(doors)('an EventSource is told by status what will not pass by itself, %s', async (door) => {
  await using denied = await openDoor(door, {
    service: { guard: { ...allowAll(), authorize: () => ({ allowed: false, reason: 'no' }) } },
  });
  expect((await ask(denied.url, '/v1/watch', { headers: accept })).status).toBe(403);
  expect((await ask(denied.url, '/v1/watch?namespace=a', { headers: accept })).status).toBe(400);
  expect((await ask(denied.url, '/v1/watch', { method: 'POST', headers: accept })).status).toBe(405);
});

it.each(doors)('an EventSource that meets a gateway that closes, or a limit, comes back, %s', async (door) => {
  await using opened = await openDoor(door, { service: { rateLimit: { rate: 0.1, burst: 1 } } });
  await ask(opened.url, '/v1/codecs');
  using limited = await SseClient.open(opened.url, '', accept);
  expect(limited.response.statusCode).toBe(200);
  expect((await limited.next()).retry).toBeGreaterThan(5_000);
  await opened.gateway.close();
  using closed = await SseClient.open(opened.url, '', accept);
  expect(closed.response.statusCode).toBe(200);
  expect(await closed.event()).toMatchObject({ event: 'error', data: { error: 'the gateway is closed' } });
});
