import type { WatchEvent } from '@cfg/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { json } from './test/expect-code.js';
import { FaultyProxy } from './test/faulty-proxy.js';
import { harness, until } from './test/harness.js';

const { server, store } = harness();
const quick = {
  retry: { initialBackoffMs: 5, maxBackoffMs: 20 },
  watch: { initialBackoffMs: 5 },
  keepalive: { intervalMs: 50, timeoutMs: 400 },
};

const versionOf = ({ value }: IteratorResult<WatchEvent, void>): unknown =>
  value && value.type !== 'progress' && value.entry.version;

async function openProxy(port: number): Promise<FaultyProxy> {
  const proxy = await FaultyProxy.open(port);
  onTestFinished(() => proxy.close());
  return proxy;
}

describe('a connection that drops everything silently', () => {
  it('is given up when a call waits, and the call is made again on another', async () => {
    const behind = await server();
    const proxy = await openProxy(behind.port);
    const remote = store(proxy.address, quick);
    await remote.connect();
    await remote.set('ns', 'a', json(1));
    proxy.silent = true;
    const reading = remote.get('ns', 'a');
    await until(() => remote.state.status !== 'connected');
    proxy.silent = false;
    expect((await reading).version).toBe(1);
    expect(proxy.connections).toBeGreaterThan(1);
  });

  it('is noticed while only a watch is open, which then misses nothing', async () => {
    const behind = await server();
    const proxy = await openProxy(behind.port);
    const remote = store(proxy.address, quick);
    await remote.connect();
    const stream = remote.watch({ namespaces: ['ns'] });
    await stream.ready;
    proxy.silent = true;
    await behind.store.set('ns', 'a', json(1));
    await until(() => remote.state.status !== 'connected');
    proxy.silent = false;
    await behind.store.set('ns', 'a', json(2));
    const seen = [await stream.next(), await stream.next()];
    expect(seen.map(versionOf)).toEqual([1, 2]);
  });

  it('is not suspected where the server answers, however slowly a call is', async () => {
    const slow = await server({
      async *middleware(call, context) {
        if (call.method.path.endsWith('/Get')) await new Promise((resolve) => setTimeout(resolve, 900));
        return yield* call.next(call.request, context);
      },
    });
    const remote = store(slow.address, quick);
    await remote.connect();
    await slow.store.set('ns', 'a', json(1));
    expect((await remote.get('ns', 'a')).version).toBe(1);
    expect(slow.calls.filter((call) => call === 'Get')).toHaveLength(1);
    expect(slow.calls.filter((call) => call === 'ListCodecs').length).toBeGreaterThan(1);
  });

  it('leaves a server that announces nothing in peace', async () => {
    const original = await server({ announces: false });
    const remote = store(original.address, quick);
    await remote.connect();
    const stream = remote.watch({ namespaces: ['ns'] });
    await stream.ready;
    const before = original.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(original.calls.length).toBe(before);
    stream.close();
  });
});

describe('several addresses', () => {
  it('are tried one after the other, from any of them on', async () => {
    const [one, two] = [await server(), await server()];
    const dead = await server();
    dead.kill();
    const firsts = new Set<string>();
    for (let i = 0; i < 30 && firsts.size < 2; i += 1) {
      const remote = store([one.address, two.address], quick);
      const before = one.calls.length;
      await remote.connect();
      firsts.add(one.calls.length > before ? 'one' : 'two');
      await remote.close();
    }
    expect(firsts.size).toBe(2);
    const remote = store([dead.address, one.address], quick);
    await remote.connect();
    await remote.set('ns', 'a', json(1));
    expect((await one.store.get('ns', 'a')).version).toBe(1);
  });

  it('take over from each other, for calls and for watches', async () => {
    const one = await server();
    const two = await server({ store: one.store });
    // As many tries as a busy machine may need.
    const retry = { ...quick.retry, maxRetries: 100 };
    const remote = store([one.address, two.address], { ...quick, retry, watch: { ...quick.watch, maxErrors: 100 } });
    await remote.connect();
    const stream = remote.watch({ namespaces: ['ns'] });
    await stream.ready;
    await remote.set('ns', 'a', json(1));
    const used = one.calls.includes('Set') ? one : two;
    used.kill();
    await remote.set('ns', 'a', json(2));
    const seen = [await stream.next(), await stream.next()];
    expect(seen.map(versionOf)).toEqual([1, 2]);
  });

  it('are checked', () => {
    expect(() => store([], {})).toThrow(/at least one/);
    expect(() => store(['a:1', 'b'], {})).toThrow(/no port/);
  });
});
