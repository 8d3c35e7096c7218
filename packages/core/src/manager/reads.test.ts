import { describe, expect, it, vi } from 'vitest';
import { away, code, settled, setUp } from '../test/manager.js';
import { Value } from '../value/value.js';
import { LruCache } from './cache.js';

const isStale = ({ stale }: Value): boolean => stale;

describe('namespace.peek', () => {
  it('shows what is remembered, without the store', async () => {
    const { store, manager, config } = await setUp();
    await store.inner.set('prod', 'a', Value.of(1));
    expect(config.peek('a')).toBeUndefined();
    await settled(store, config, 'a');
    const { get } = store.calls;
    expect(config.peek('a')).toBe(await config.get('a'));
    expect(config.peek('a')).toMatchObject({ data: 1, stale: false });
    await store.inner.set('prod', 'a', Value.of(2));
    await vi.waitFor(() => expect(config.peek('a')?.data).toBe(2));
    await manager.setAlias('short', 'a');
    expect(config.peek('short')?.data).toBe(2);
    store.down = away();
    store.cut(away());
    await vi.waitFor(() => expect(config.peek('a')).toMatchObject({ data: 2, stale: true }));
    expect(store.calls.get).toBe(get);
    await manager.close();
    expect(() => config.peek('a')).toThrow(expect.objectContaining({ code: 'closed' }));
  });

  it('knows every key of a loaded prefix, and none that has expired', async () => {
    const { store, config } = await setUp();
    await store.inner.set('prod', 'a', Value.of(1), { ttlMs: 20 });
    using _ = await config.load();
    await vi.waitFor(() => expect(config.peek('a')).toBeUndefined());
  });
});

describe('namespace.get', () => {
  it('remembers what is read often, however many other keys are read and however little room there is', async () => {
    const cache = new LruCache({ maxEntries: 8 });
    const { store, config } = await setUp({ cache });
    for (let i = 0; i < 200; i += 1) await store.inner.set('prod', `k${i}`, Value.of(i));
    await settled(store, config, 'k0');
    const { get } = store.calls;
    for (let i = 1; i < 200; i += 1) {
      await config.get(`k${i}`);
      expect(config.peek('k0')?.data).toBe(0);
      expect((await config.get('k0')).data).toBe(0);
    }
    expect(store.calls.get).toBe(get + 199);
    expect(cache.size).toBe(8);
    const remembered = Array.from({ length: 200 }, (_, i) => config.peek(`k${i}`)).filter(
      (value) => value !== undefined,
    );
    expect(remembered).toHaveLength(8);
  });

  it('remembers that a key does not exist, until it is made', async () => {
    const { store, config } = await setUp();
    await settled(store, config, 'a');
    const { get } = store.calls;
    expect(await code(config.get('a'))).toBe('not_found');
    expect(await config.has('a')).toBe(false);
    expect((await config.get('a', { default: 7 })).integer()).toBe(7);
    expect((await config.get('a', { default: { x: 1 } })).version).toBe(0);
    expect(store.calls.get).toBe(get);
    await config.set('a', 1);
    expect((await config.get('a', { default: 7 })).integer()).toBe(1);
    expect(await config.has('a')).toBe(true);
    expect(await code(config.get('no good', { default: 7 }))).toBe('invalid_key');
    expect(await code(config.has('no good'))).toBe('invalid_key');
  });

  it('answers a remembered key while the store does not answer, and asks it once for all readers', async () => {
    const stuck = new Promise<void>(() => {});
    let hangs = false;
    const { store, config } = await setUp({ pause: async (what) => (hangs && what === 'ask' ? stuck : undefined) });
    await config.set('a', 1);
    await settled(store, config, 'a');
    hangs = true;
    store.deaf = true;
    const { get } = store.calls;
    const values = await Promise.all(Array.from({ length: 100 }, () => config.get('a')));
    expect(new Set(values.map(({ data, stale }) => `${data} ${stale}`))).toEqual(new Set(['1 true']));
    expect(store.calls.get).toBe(get + 1);
  });

  it('asks with one read whether a store answers again, and the readers of other keys do not wait', async () => {
    const asked: (() => void)[] = [];
    let hangs = false;
    const pause = async (what: string): Promise<void> => {
      if (hangs && what === 'ask') await new Promise<void>((resolve) => asked.push(resolve));
    };
    const { store, config } = await setUp({ pause });
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
    for (const key of keys) {
      await config.set(key, 1);
      await settled(store, config, key);
    }
    store.deaf = true;
    store.down = away();
    store.cut(away());
    await vi.waitFor(() => expect(config.status?.type).not.toBe('live'));
    hangs = true;
    store.down = undefined;
    const { get } = store.calls;
    const read = async (): Promise<boolean[]> => (await Promise.all(keys.map((key) => config.get(key)))).map(isStale);
    for (let i = 0; i < 3; i += 1) expect(await read()).toEqual(keys.map(() => true));
    expect(store.calls.get).toBe(get + 1);
    hangs = false;
    for (const answer of asked) answer();
    // It has answered, so each is asked for again.
    await vi.waitFor(async () => expect(await read()).toEqual(keys.map(() => false)));
  });

  it('does not share a read that was begun before a write was answered', async () => {
    const released: (() => void)[] = [];
    let hold = false;
    const { store, config } = await setUp({
      pause: async (what) => {
        if (hold && what === 'answer') await new Promise<void>((resolve) => released.push(resolve));
      },
    });
    store.deaf = true;
    await config.set('warm', 1);
    hold = true;
    const before = config.get('k').catch(() => 'absent');
    await vi.waitFor(() => expect(released.length).toBeGreaterThan(0));
    hold = false;
    await config.set('k', 1);
    expect((await config.get('k')).data).toBe(1);
    for (const release of released) release();
    await before;
    expect((await config.get('k')).data).toBe(1);
  });

  it('lets a reader give up without ending the read of others', async () => {
    const { store, config } = await setUp({ pause: async () => new Promise((resolve) => setTimeout(resolve, 1)) });
    await store.inner.set('prod', 'a', Value.of(1));
    const controller = new AbortController();
    const others = config.get('a');
    const mine = config.get('a', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(mine).rejects.toThrow();
    expect((await others).data).toBe(1);
  });
});

describe('namespace.all', () => {
  it('goes over all pages', async () => {
    const { store, config } = await setUp();
    for (let i = 0; i < 25; i += 1) await store.inner.set('prod', `k/${String(i).padStart(2, '0')}`, Value.of(i));
    await store.inner.set('prod', 'other', Value.of(1));
    const data: unknown[] = [];
    for await (const value of config.all({ prefix: 'k/', limit: 10 })) data.push(value.data);
    expect(data).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(store.calls.find).toBe(3);
    const some: string[] = [];
    for await (const { key } of config.all({ keys: ['other', 'k/03', 'none'] })) some.push(key);
    expect(some).toEqual(['k/03', 'other']);
  });
});

it('namespace.watch of a key tells no other that begins with it', async () => {
  const { config } = await setUp();
  await using changes = config.watch({ key: 'app' });
  await config.set('app/more', 1);
  await config.set('app', 2);
  expect(await changes.next()).toMatchObject({ value: { key: 'app', type: 'set' } });
  expect(() => config.watch({ key: 'app', prefix: 'x' })).toThrow('key excludes prefix');
  expect(() => config.watch({ key: 'not good' })).toThrow(expect.objectContaining({ code: 'invalid_key' }));
});
