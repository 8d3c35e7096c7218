import { describe, expect, it } from 'vitest';
import { Manager } from './index.js';
import { json } from './test/expect-code.js';
import { harness, until } from './test/harness.js';

const { server, store } = harness();

describe('a manager over a server', () => {
  it('reads from memory, hears of changes, and outlives a restart of the server', async () => {
    const first = await server();
    const remote = store(first.address, {
      retry: { initialBackoffMs: 5, maxBackoffMs: 20 },
      watch: { initialBackoffMs: 10 },
    });
    await using manager = new Manager({ store: remote });
    await manager.connect();
    const config = manager.namespace('ns');
    await config.set('a', 1);
    expect((await config.get('a')).number()).toBe(1);

    const reads = () => first.calls.filter((call) => call === 'Get').length;
    await until(() => first.calls.includes('Watch'));
    await config.get('a');
    const before = reads();
    for (let n = 0; n < 10; n += 1) await config.get('a');
    expect(reads()).toBe(before);

    await first.store.set('ns', 'a', json(2));
    while ((await config.get('a')).number() !== 2) await new Promise((resolve) => setTimeout(resolve, 5));

    first.kill();
    await until(() => remote.state.status !== 'connected');
    const kept = await config.get('a');
    expect([kept.number(), kept.stale]).toEqual([2, true]);

    await first.store.set('ns', 'a', json(3));
    await server({ port: first.port, store: first.store });
    while ((await config.get('a')).number() !== 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await config.get('a')).stale).toBe(false);
  });
});
