import { Manager } from '@cfg/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { harness } from './test/harness.js';

const { server, store, connected } = harness();
const quick = { retry: { initialBackoffMs: 5, maxBackoffMs: 20 }, watch: { initialBackoffMs: 5 } };

describe('a server, or a proxy, that allows 100 streams on a connection', () => {
  it('is asked for one by a manager of as many namespaces, and for two by one of 101', async () => {
    const limited = await server({ maxStreams: 100 });
    const manager = new Manager({ store: store(limited.address, quick), watch: quick.watch });
    onTestFinished(() => manager.close());
    await manager.connect();
    const namespaces = Array.from({ length: 101 }, (_, i) => manager.namespace(`n${i}`));
    await Promise.all(namespaces.map((each) => each.load()));
    expect(limited.calls.filter((call) => call === 'Watch')).toHaveLength(2);
    await Promise.all(namespaces.map((each) => each.set('a', 1)));
    for (const each of namespaces) expect((await each.get('a', { read: 'store' })).data).toBe(1);
  });

  it('lets more watches than that have connections of their own, and calls go on', async () => {
    const limited = await server({ maxStreams: 100 });
    const remote = await connected(limited, quick);
    const streams = Array.from({ length: 220 }, () => remote.watch({ namespaces: ['ns'] }));
    await Promise.all(streams.map(({ ready }) => ready));
    await remote.set('ns', 'a', json(1));
    for (const stream of streams) expect(await stream.next()).toMatchObject({ value: { type: 'set' } });
    for (const stream of streams) stream.close();
    await remote.set('ns', 'a', json(2));
    await expectCode(remote.get('ns', 'none'), 'not_found');
  });
});

it('a server that allows fewer streams than that is found out, and asked for fewer on each connection', async () => {
  const limited = await server({ maxStreams: 8 });
  const remote = await connected(limited, { ...quick, keepalive: { timeoutMs: 500 }, watch: { maxErrors: 100 } });
  await remote.find('ns');
  const streams = Array.from({ length: 20 }, () => remote.watch({ namespaces: ['ns'] }));
  await Promise.all(streams.map(({ ready }) => ready));
  await remote.set('ns', 'a', json(1));
  for (const stream of streams) expect(await stream.next()).toMatchObject({ value: { type: 'set' } });
});
