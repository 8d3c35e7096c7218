import { connect, type Socket } from 'node:net';
import { MemoryStore } from '@cfg/core';
import { allowAll, anonymous, type GuardContext } from '@cfg/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doors, type OpenDoor, openDoor } from '../test/doors.js';
import { recordedGuard } from '../test/guard.js';
import { ask } from '../test/http.js';
import { recordedText, withoutTimes } from '../test/recording.js';
import { SseClient } from '../test/sse-client.js';

const json = (text: string) => ({ bytes: Buffer.from(text), codec: 'json', type: 'string' as const });

describe.each(doors)('GET /v1/watch, %s', (door) => {
  let opened: OpenDoor;
  let url: string;

  beforeAll(async () => {
    opened = await openDoor(door);
    url = opened.url;
  });

  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });

  const set = (namespace: string, key: string, text: string) => opened.store.set(namespace, key, json(text));

  it('sends what the original sends', async () => {
    using client = await SseClient.open(url, '?namespaces=sse');
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await set('sse', 'a', '1');
    await set('sse', 'a', '2');
    await set('sse', 'b', Buffer.from('IngiCg==', 'base64').toString());
    await set('other', 'c', '1');
    await opened.store.delete('sse', 'a');
    await opened.store.setAlias('al', 'b');
    await opened.store.deleteAlias('al');
    for (let i = 0; i < 6; i++) await client.event();
    const ids = [...client.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
    expect(ids.every((id) => /^\d+-\S+$/.test(id ?? ''))).toBe(true);
    // Ours are other ids, and there is a block with nothing but an id after the greeting.
    let number = 0;
    const text = withoutTimes(client.text)
      .replace(/^id: .*\n\n/gm, '')
      .replace(/^id: .*$/gm, () => `id: ${++number}`);
    expect(text.trim()).toBe(recordedText('sse.txt').trim());
  });

  it('marks the changes of one write that belong together', async () => {
    using client = await SseClient.open(url, '?namespaces=together');
    const operations = ['a', 'b'].map((key) => ({ set: { key, value: 'MQ==', codec: 'json' } }));
    await ask(url, '/v1/namespaces/together/batch', { method: 'POST', body: { operations } });
    expect((await client.event()).data).toMatchObject({ key: 'a', more: true });
    expect((await client.event()).data).not.toHaveProperty('more');
  });

  it('shows only what is asked for', async () => {
    using client = await SseClient.open(url, '?namespaces=f1&namespaces=f2&prefixes=app/&prefixes=db/');
    for (const namespace of ['f0', 'f1', 'f2']) {
      for (const key of ['app/a', 'web/a', 'db/a']) await set(namespace, key, '1');
    }
    const seen = [];
    for (let i = 0; i < 4; i++) seen.push((await client.event()).data);
    expect(seen.map((data) => `${data?.namespace} ${data?.key}`)).toEqual([
      'f1 app/a',
      'f1 db/a',
      'f2 app/a',
      'f2 db/a',
    ]);
  });

  it('tells a quiet client that it lives, and how far it has seen', async () => {
    await using quick = await openDoor(door, { gateway: { heartbeatIntervalMs: 20, retryMs: 7 } });
    using client = await SseClient.open(quick.url, '?namespaces=quiet');
    expect(await client.next()).toEqual({ retry: 7 });
    expect(await client.next()).toEqual({ comment: 'connected' });
    expect(await client.next()).toEqual({ id: expect.stringMatching(/^0-/) });
    expect(await client.next()).toEqual({ comment: 'heartbeat' });
    expect(await client.next()).toEqual({ id: client.lastEventId });
  });

  it('goes on after the last event of a client that comes back, through any gateway', async () => {
    using first = await SseClient.open(url, '?namespaces=resume');
    await set('resume', 'a', '1');
    await first.event();
    const { lastEventId } = first;
    first[Symbol.dispose]();
    await set('resume', 'b', '2');
    await set('elsewhere', 'c', '3');
    await opened.store.delete('resume', 'a');
    await using other = await openDoor(door, { store: opened.store });
    using second = await SseClient.open(other.url, '?namespaces=resume', { 'last-event-id': lastEventId });
    expect(await second.event()).toMatchObject({ event: 'set', data: { key: 'b' } });
    expect(await second.event()).toMatchObject({ event: 'delete', data: { key: 'a' } });
    await set('resume', 'd', '4');
    expect(await second.event()).toMatchObject({ event: 'set', data: { key: 'd' } });
    expect(second.text).not.toContain('reset');
  });

  it.each([
    ['an id that was never given', '17', 'UNKNOWN_EVENT_ID'],
    ['an id that is nonsense', 'x-y-z', 'UNKNOWN_EVENT_ID'],
    ['an id of another log', '1-another', 'REVISION_COMPACTED'],
  ])('says that something may be missing: %s', async (_, lastEventId, reason) => {
    using client = await SseClient.open(url, '?namespaces=reset', { 'last-event-id': lastEventId });
    expect(await client.event()).toMatchObject({ event: 'reset', data: { reason } });
    await set('reset', 'a', '1');
    expect(await client.event()).toMatchObject({ event: 'set', id: expect.stringMatching(/^\d+-/) });
  });

  it('says that something may be missing: a revision that is compacted', async () => {
    const store = new MemoryStore({ logLimit: 10 });
    await store.connect();
    await using small = await openDoor(door, { store });
    using client = await SseClient.open(small.url);
    await client.next();
    await expect.poll(() => client.lastEventId).toMatch(/^0-/);
    client[Symbol.dispose]();
    // More than the log keeps, and than what is shared in memory beside it.
    for (let i = 0; i < 6_000; i++) await store.set('a', `k${i % 10}`, json('1'));
    using again = await SseClient.open(small.url, '', { 'last-event-id': client.lastEventId });
    expect(await again.event()).toEqual({
      event: 'reset',
      data: { reason: 'REVISION_COMPACTED', oldest_revision: expect.stringMatching(/^[1-9]\d*$/) },
    });
    await store.set('a', 'new', json('1'));
    expect(await again.event()).toMatchObject({ data: { key: 'new' } });
  });

  it('keeps nothing for a slow client that it does not read, and loses nothing', async () => {
    const sockets: Socket[] = [];
    opened.http.on('connection', (socket) => sockets.push(socket));
    const { hostname, port } = new URL(url);
    const slow = connect(Number(port), hostname);
    slow.pause();
    slow.write('GET /v1/watch?namespaces=slow HTTP/1.1\r\nhost: x\r\n\r\n');
    using quick = await SseClient.open(url, '?namespaces=slow');
    await expect.poll(() => sockets.map(({ bytesWritten }) => bytesWritten > 0)).toEqual([true, true]);
    // Some 26 MB on the wire: much more than sockets hold.
    const text = JSON.stringify('x'.repeat(10_000));
    const count = 2_000;
    for (let i = 0; i < count; i++) await set('slow', 'a', text);
    for (let i = 0; i < count; i++) await quick.event();
    expect(sockets.map((socket) => socket.writableLength < 256 * 1024)).toEqual([true, true]);
    const versions: number[] = [];
    let rest = '';
    slow.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const version = /^data: .*"version":(\d+)/.exec(line)?.[1];
        if (version !== undefined) versions.push(Number(version));
      }
    });
    slow.resume();
    await expect.poll(() => versions.length).toBeGreaterThanOrEqual(count);
    slow.destroy();
    expect(versions).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  });

  it('has HEAD, without a stream', async () => {
    expect(await ask(url, '/v1/watch', { method: 'HEAD' })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      text: '',
    });
  });
});

describe.each(doors)('the end of GET /v1/watch, %s', (door) => {
  it('comes for the service as soon as the client has gone', async () => {
    const watches: GuardContext[] = [];
    const authenticate = (context: GuardContext) => {
      if (context.method.endsWith('/Watch')) watches.push(context);
      return anonymous;
    };
    await using opened = await openDoor(door, { service: { guard: { ...allowAll(), authenticate } } });
    const clients = await Promise.all(Array.from({ length: 5 }, () => SseClient.open(opened.url)));
    await Promise.all(clients.map((client) => client.next()));
    expect(watches.map(({ signal }) => signal.aborted)).toEqual(clients.map(() => false));
    for (const client of clients) client[Symbol.dispose]();
    await expect.poll(() => watches.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it('is a status where it is known before the headers', async () => {
    await using opened = await openDoor(door, { service: { guard: recordedGuard } });
    expect(await ask(opened.url, '/v1/watch?namespaces=a')).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'missing token' },
      json: { code: 16, message: 'missing token', details: [] },
    });
    const headers = { authorization: 'Bearer nobody' };
    const denied = await ask(opened.url, '/v1/watch?namespaces=a', { headers });
    expect(denied).toMatchObject({ status: 403, json: { code: 7, message: 'permission denied' } });
  });

  it('is an event where the service drains', async () => {
    await using opened = await openDoor(door);
    using client = await SseClient.open(opened.url);
    opened.service.drain();
    expect(await client.event()).toEqual({ event: 'error', data: { error: 'internal error' } });
    await client.end();
  });

  it('comes with the end of the gateway', async () => {
    await using opened = await openDoor(door);
    using client = await SseClient.open(opened.url);
    await opened.gateway.close();
    await client.end();
    expect(client.text).not.toContain('event:');
  });

  it('is a 503 where the gateway ends before the watch has begun', async () => {
    let asked = false;
    const authenticate = () => {
      asked = true;
      return new Promise<never>(() => {});
    };
    await using opened = await openDoor(door, { service: { guard: { ...allowAll(), authenticate } } });
    const answer = ask(opened.url, '/v1/watch');
    await expect.poll(() => asked).toBe(true);
    await opened.gateway.close();
    expect(await answer).toMatchObject({ status: 503, json: { code: 14, message: 'the gateway is closed' } });
  });
});
