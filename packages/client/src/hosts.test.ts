import dns from 'node:dns';
import type { Change } from '@cfg/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { json } from './test/expect-code.js';
import { harness, until } from './test/harness.js';
import type { TestServer } from './test/server.js';

/* One name with several hosts: those of the loopback, which has more addresses than 127.0.0.1. */

const { server, store } = harness();
const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const quick = {
  retry: { initialBackoffMs: 5, maxBackoffMs: 20, maxRetries: 100 },
  watch: { initialBackoffMs: 5, maxErrors: 1_000 },
};

beforeEach(() => {
  const { lookup } = dns.promises;
  const spy = vi
    .spyOn(dns.promises, 'lookup')
    .mockImplementation((async (name: string, options: never) =>
      name === 'many.test' ? hosts.map((address) => ({ address, family: 4 })) : lookup(name, options)) as never);
  return () => spy.mockRestore();
});

/** Three servers with the same data, at the same port. */
async function start(): Promise<[TestServer, TestServer, TestServer]> {
  const first = await server();
  const { port, store: data } = first;
  const others = hosts.slice(1).map((host) => server({ host, port, store: data }));
  return [first, ...(await Promise.all(others))] as [TestServer, TestServer, TestServer];
}

describe('a name with several hosts', () => {
  it('does not send everybody to the first', async () => {
    const all = await start();
    const used = new Set<TestServer>();
    for (let i = 0; i < 60 && used.size < all.length; i += 1) {
      const before = all.map(({ calls }) => calls.length);
      const remote = store(`many.test:${all[0].port}`, quick);
      await remote.connect();
      for (const [n, each] of all.entries()) if (each.calls.length > (before[n] ?? 0)) used.add(each);
      await remote.close();
    }
    expect(used.size).toBe(3);
  });

  it('is one server as long as any host is there, for calls and for watches', async () => {
    const all = await start();
    const remote = store(`many.test:${all[0].port}`, quick);
    await remote.connect();
    const stream = remote.watch({ namespaces: ['ns'] });
    await stream.ready;
    const versions: number[] = [];
    for (const left of [2, 1, 0]) {
      for (const each of all) each.calls.length = 0;
      await remote.set('ns', 'a', json(left));
      versions.push(((await stream.next()).value as Change).entry.version);
      const used = all.find(({ calls }) => calls.includes('Set'));
      if (left > 0) used?.kill();
    }
    expect(versions).toEqual([1, 2, 3]);
    expect(remote.state.status).toBe('connected');
  });

  it('is found although some of its hosts are away at the start, and missed when all are', async () => {
    const all = await start();
    all[0].kill();
    all[2].kill();
    const remote = store(`many.test:${all[0].port}`, quick);
    await remote.connect();
    await remote.set('ns', 'a', json(1));
    all[1].kill();
    await until(() => remote.state.status !== 'connected');
    expect((await remote.health()).ok).toBe(false);
    const back = await server({ host: '127.0.0.3', port: all[0].port, store: all[0].store });
    expect((await remote.get('ns', 'a')).version).toBe(1);
    expect(back.calls).toContain('Get');
  });
});
