import { connect, type Socket } from 'node:net';
import { type Capability, forward, MemoryStore, type Store } from '@cfg/core';
import { allowAll, type Guard } from '@cfg/service';
import compression from 'compression';
import { describe, expect, it } from 'vitest';
import { doors, openDoor } from '../test/doors.js';
import { ask } from '../test/http.js';
import { SseClient } from '../test/sse-client.js';

const json = (text: string) => ({ bytes: Buffer.from(text), codec: 'json', type: 'int' as const });

async function memoryStore(without: readonly Capability[]): Promise<Store> {
  const memory = new MemoryStore();
  await memory.connect();
  const features = new Set([...memory.features].filter((feature) => !without.includes(feature)));
  return forward(memory, { features });
}

describe.each(doors)('a stream that lasts, %s', (door) => {
  describe.each([
    ['with revisions', []],
    ['without revisions', ['revisions']],
  ] as const)('of a store %s', (_, without) => {
    it('ends when its client may no longer see it', async () => {
      let allowed = true;
      const authorize = () => ({ allowed, reason: 'not any more' });
      const guard: Guard = { ...allowAll(), authorize };
      const store = await memoryStore(without);
      await using opened = await openDoor(door, { store, service: { guard }, gateway: { reauthorizeEveryMs: 20 } });
      using client = await SseClient.open(opened.url, '?namespaces=a');
      await opened.store.set('a', 'x', json('1'));
      expect(await client.event()).toMatchObject({ data: { key: 'x' } });
      allowed = false;
      expect(await client.event()).toEqual({ event: 'error', data: { error: 'not any more' } });
      await client.end();
    });

    it('loses and repeats nothing while its client is authorized again and again', async () => {
      const store = await memoryStore(without);
      await using opened = await openDoor(door, { store, gateway: { reauthorizeEveryMs: 15 } });
      using client = await SseClient.open(opened.url, '?namespaces=a');
      await client.next();
      const versions: unknown[] = [];
      for (let i = 0; i < 300; i += 1) {
        await opened.store.set('a', 'x', json(String(i)));
        if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      for (let i = 0; i < 300; i += 1) versions.push((await client.event()).data?.version);
      expect(versions).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    });

    it('ends with a reset where its client does not read', async () => {
      const told: string[] = [];
      const warn = (_: object, message: string) => void told.push(message);
      const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
      const store = await memoryStore(without);
      await using opened = await openDoor(door, { store, gateway: { maxLagMs: 30, eventBufferSize: 10, logger } });
      const { hostname, port } = new URL(opened.url);
      const slow = connect(Number(port), hostname);
      let text = '';
      const ended = new Promise((resolve) => slow.on('close', resolve));
      let socket: Socket | undefined;
      opened.http.on('connection', (accepted) => {
        socket = accepted;
      });
      slow.pause();
      slow.write('GET /v1/watch HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      await expect.poll(() => (socket?.bytesWritten ?? 0) > 0).toBe(true);
      const large = json(JSON.stringify('x'.repeat(100_000)));
      for (let i = 0; i < 200; i += 1) await opened.store.set('a', 'x', large);
      await expect.poll(() => socket?.writableLength).toBeGreaterThan(0);
      await expect.poll(() => told).toEqual(['a client of a watch is too slow']);
      slow.on('data', (chunk) => {
        text = (text + chunk).slice(-1_000);
      });
      slow.resume();
      await ended;
      expect(text).toContain('event: reset\ndata: {"reason":"CLIENT_TOO_SLOW"}');
    });
  });

  it('goes through a middleware that compresses', async () => {
    await using opened = await openDoor(door, {
      mount: (app, gateway) => app.use(compression({ threshold: 0 }), gateway.handler),
    });
    using client = await SseClient.open(opened.url, '?namespaces=a', { 'accept-encoding': 'gzip' });
    await opened.store.set('a', 'x', json('1'));
    expect(await client.event()).toMatchObject({ data: { key: 'x' } });
  });

  it('begins where a first connection says, and where a header says rather', async () => {
    await using opened = await openDoor(door);
    using first = await SseClient.open(opened.url, '?namespaces=a');
    for (const key of ['x', 'y', 'z']) await opened.store.set('a', key, json('1'));
    const ids = [await first.event(), await first.event(), await first.event()].map(({ id }) => id ?? '');
    using second = await SseClient.open(opened.url, `?namespaces=a&lastEventId=${ids[0]}`);
    expect(await second.event()).toMatchObject({ id: ids[1] });
    const headers = { 'last-event-id': ids[1] as string };
    using another = await SseClient.open(opened.url, `?namespaces=a&evs_last_event_id=${ids[0]}`);
    expect((await another.event()).id).toBe(ids[1]);
    using third = await SseClient.open(opened.url, `?namespaces=a&lastEventId=${ids[0]}`, headers);
    expect(await third.event()).toMatchObject({ id: ids[2] });
  });

  it.each([
    ['namespace=a', 'namespaces'],
    ['prefix=a', 'prefixes'],
    ['namespaces[]=a', 'namespaces'],
    ['namespaces[0]=a', 'namespaces'],
    ['key=a', 'prefixes'],
    ['filter=a', 'prefixes'],
    ['namespaces%5B0%5D=a', 'namespaces'],
    ['Namespaces=a', 'namespaces'],
    ['namespcaes=a', 'namespaces'],
    ['prefixs=a', 'prefixes'],
    ['key_prefix=a', 'prefixes'],
  ])('is refused rather than unfiltered: %s', async (query, meant) => {
    await using opened = await openDoor(door);
    const answer = await ask(opened.url, `/v1/watch?${query}`);
    expect(answer).toMatchObject({ status: 400, json: { code: 3, message: expect.stringContaining(`use ${meant}`) } });
  });

  it('takes parameters that are for others', async () => {
    await using opened = await openDoor(door);
    const answer = await ask(opened.url, '/v1/watch?_=1&access_token=x&name=y&pre=1', { method: 'HEAD' });
    expect(answer.status).toBe(200);
  });
});
