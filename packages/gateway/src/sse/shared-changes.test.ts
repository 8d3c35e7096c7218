import { ConfigError, type FullStore, forward, MemoryStore } from '@cfg/core';
import { allowAll, type Guard } from '@cfg/service';
import { describe, expect, it } from 'vitest';
import { type DoorOptions, doors, openDoor } from '../test/doors.js';
import { ask } from '../test/http.js';
import { SseClient } from '../test/sse-client.js';

const json = (text: string) => ({ bytes: Buffer.from(text), codec: 'json', type: 'int' as const });

/** A store of someone else's, that has no revisions. Counts how often it is watched. */
async function storeWithoutRevisions(): Promise<FullStore & { watches: number }> {
  const memory = new MemoryStore();
  await memory.connect();
  const store = Object.assign(forward(memory, { features: new Set(['aliases', 'versions'] as const) }), { watches: 0 });
  store.watch = (...asked) => {
    store.watches += 1;
    return memory.watch(...asked);
  };
  return store;
}

/** Who is named by the token; `eve` may not see the namespace `secret`, nor list. */
const guard: Guard = {
  authenticate: ({ metadata }) => ({ userId: metadata.get('authorization') ?? '', claims: {} }),
  authorize: ({ userId }, action, { namespace }) => {
    const allowed = userId !== 'eve' || (action === 'watch' && namespace === 'open');
    return allowed ? { allowed } : { allowed, reason: 'not for eve' };
  },
};

describe.each(doors)('GET /v1/watch of a store without revisions, %s', (door) => {
  async function open(options: DoorOptions = {}) {
    const store = await storeWithoutRevisions();
    const opened = await openDoor(door, { store, ...options });
    return { ...opened, store, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  }

  it('goes on where a client was, for what it asked for', async () => {
    await using opened = await open();
    using first = await SseClient.open(opened.url, '?namespaces=a&prefixes=app/');
    await opened.store.set('a', 'app/1', json('1'));
    await opened.store.set('a', 'web/1', json('1'));
    expect(await first.event()).toMatchObject({ id: expect.stringMatching(/^1-/), data: { key: 'app/1' } });
    first[Symbol.dispose]();
    await opened.store.set('a', 'app/2', json('1'));
    await opened.store.set('b', 'app/3', json('1'));
    await opened.store.delete('a', 'app/1');
    using second = await SseClient.open(opened.url, `?namespaces=a&prefixes=app/&lastEventId=${first.lastEventId}`);
    expect(await second.event()).toMatchObject({ event: 'set', data: { key: 'app/2' } });
    expect(await second.event()).toMatchObject({ event: 'delete', data: { key: 'app/1' } });
    await opened.store.set('a', 'app/4', json('1'));
    expect(await second.event()).toMatchObject({ id: expect.stringMatching(/^6-/), data: { key: 'app/4' } });
    expect(second.text).not.toContain('reset');
  });

  it('watches the store once for all', async () => {
    await using opened = await open();
    const clients = await Promise.all(Array.from({ length: 4 }, () => SseClient.open(opened.url, '?namespaces=a')));
    await Promise.all(clients.map((client) => client.next()));
    // One by each client to be authorized, which is over, and one that goes on.
    expect(opened.store.watches).toBe(5);
    await opened.store.set('a', 'x', json('1'));
    const events = await Promise.all(clients.map((client) => client.event()));
    expect(new Set(events.map(({ id }) => id)).size).toBe(1);
    for (const client of clients) client[Symbol.dispose]();
  });

  it('says so where it no longer knows what a client missed', async () => {
    await using opened = await open({ gateway: { eventBufferSize: 3 } });
    using first = await SseClient.open(opened.url);
    await opened.store.set('a', 'x0', json('1'));
    await first.event();
    first[Symbol.dispose]();
    using other = await SseClient.open(opened.url);
    for (let i = 1; i <= 4; i += 1) await opened.store.set('a', `x${i}`, json('1'));
    for (let i = 1; i <= 4; i += 1) await other.event();
    using second = await SseClient.open(opened.url, '', { 'last-event-id': first.lastEventId });
    expect(await second.event()).toEqual({ event: 'reset', data: { reason: 'REVISION_COMPACTED' } });
    for (const id of ['1-another', '17', first.lastEventId.replace(/^1/, '9')]) {
      using third = await SseClient.open(opened.url, '', { 'last-event-id': id });
      expect((await third.event()).event).toBe('reset');
      await opened.store.set('a', 'y', json('1'));
      expect(await third.event()).toMatchObject({ data: { key: 'y' } });
    }
  });

  it('tells a quiet client where it is', async () => {
    await using opened = await open({ gateway: { heartbeatIntervalMs: 20 } });
    using client = await SseClient.open(opened.url, '?namespaces=quiet');
    await client.next();
    await opened.store.set('a', 'x', json('1'));
    await expect.poll(() => client.lastEventId).toMatch(/^1-/);
  });

  it('shows nobody what is not theirs', async () => {
    const watchToken = 'gateway';
    const gateway: object = door === 'in process' ? {} : { watchToken };
    await using opened = await open({ service: { guard }, gateway });
    const eve = { authorization: 'eve' };
    expect(await ask(opened.url, '/v1/watch', { headers: eve })).toMatchObject({ status: 403 });
    expect(await ask(opened.url, '/v1/watch?namespaces=secret', { headers: eve })).toMatchObject({ status: 403 });
    using first = await SseClient.open(opened.url, '?namespaces=open', eve);
    using bob = await SseClient.open(opened.url, '', { authorization: 'bob' });
    await opened.store.set('open', 'a', json('1'));
    expect(await first.event()).toMatchObject({ data: { namespace: 'open' } });
    first[Symbol.dispose]();
    await opened.store.set('secret', 'b', json('1'));
    await opened.store.setAlias('alias', 'b');
    await opened.store.set('open', 'c', json('1'));
    using second = await SseClient.open(opened.url, '?namespaces=open', { ...eve, 'last-event-id': first.lastEventId });
    expect(await second.event()).toMatchObject({ data: { key: 'c' } });
    await opened.store.setAlias('other', 'b');
    await opened.store.set('open', 'd', json('1'));
    expect(await second.event()).toMatchObject({ data: { key: 'd' } });
    expect(second.text).not.toMatch(/secret|alias/);
    const seen = [];
    for (let i = 0; i < 6; i += 1) seen.push((await bob.event()).data?.key);
    expect(seen).toEqual(['a', 'b', 'alias', 'c', 'other', 'd']);
  });

  it('makes each client a watch where it is told to', async () => {
    await using opened = await open({ gateway: { eventBufferSize: 0 } });
    using client = await SseClient.open(opened.url, '', { 'last-event-id': '1-x' });
    expect(await client.event()).toEqual({ event: 'reset', data: { reason: 'NO_REVISIONS' } });
  });

  it('ends with the service, and with the gateway', async () => {
    await using opened = await open();
    using first = await SseClient.open(opened.url);
    opened.service.drain();
    expect((await first.event()).event).toBe('error');
    await first.end();
    await using other = await open();
    using second = await SseClient.open(other.url);
    await other.gateway.close();
    await second.end();
  });

  it('has HEAD', async () => {
    await using opened = await open();
    expect(await ask(opened.url, '/v1/watch', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });
});

describe('GET /v1/watch before a server that does not let the gateway itself watch', () => {
  it('makes each client a watch', async () => {
    const strict: Guard = {
      ...allowAll(),
      authenticate: ({ metadata }) => {
        if (!metadata.has('authorization')) throw new ConfigError('unauthenticated', 'who are you?');
        return { userId: 'bob', claims: {} };
      },
    };
    await using opened = await openDoor('remote', { store: await storeWithoutRevisions(), service: { guard: strict } });
    using client = await SseClient.open(opened.url, '', { authorization: 'Bearer x' });
    await client.next();
    await opened.store.set('a', 'x', json('1'));
    expect(await client.event()).toMatchObject({ id: '1', data: { key: 'x' } });
  });
});
