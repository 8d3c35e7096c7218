import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MemoryStore } from '../memory-store/memory-store.js';
import { away, code, settled, setUp } from '../test/manager.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value/value.js';
import { Manager } from './manager.js';

describe.each([{ plain: false }, { plain: true }])(
  'namespace.load over a store (without revisions: $plain)',
  ({ plain }) => {
    it('loads a prefix whole, beside the cache, and keeps it right', async () => {
      const { store, config } = await setUp({ plain });
      for (let i = 0; i < 2_345; i += 1) await store.inner.set('prod', `app/k${i}`, Value.of(i));
      await store.inner.set('prod', 'other', Value.of('x'));
      const loaded = await config.load('app/');
      const { get } = store.calls;
      expect(loaded.entries()).toHaveLength(2_345);
      expect((await config.get('app/k2344')).int()).toBe(2_344);
      expect(await code(config.get('app/nope'))).toBe('not_found');
      expect(store.calls.get).toBe(get);
      await store.inner.set('prod', 'app/new', Value.of('new'));
      await store.inner.delete('prod', 'app/k7');
      await config.set('app/k8', 'mine');
      await config.delete('app/k9');
      expect(await code(config.get('app/k9'))).toBe('not_found');
      expect((await config.get('app/k8')).string()).toBe('mine');
      await vi.waitFor(() => {
        expect(loaded.get('app/new')?.string()).toBe('new');
        expect(loaded.get('app/k7')).toBeUndefined();
        expect(loaded.get('app/k9')).toBeUndefined();
        expect(loaded.entries()).toHaveLength(2_344);
      });
      const keys = [...loaded].map(([key]) => key);
      expect(keys).toEqual([...keys].sort());
      loaded.close();
      loaded.close();
      expect(loaded.entries()).toEqual([]);
      expect((await config.get('app/k8')).string()).toBe('mine');
    });

    it('loads again after the watch was cut', async () => {
      const { store, config } = await setUp({ plain });
      await store.inner.set('prod', 'app/a', Value.of(1));
      await store.inner.set('prod', 'app/b', Value.of(1));
      using loaded = await config.load('app/');
      store.down = away();
      store.cut(away());
      await store.inner.set('prod', 'app/a', Value.of(2));
      await store.inner.delete('prod', 'app/b');
      await vi.waitFor(() => expect(loaded.get('app/a')?.stale).toBe(true));
      store.down = undefined;
      await vi.waitFor(() => {
        expect(loaded.get('app/a')).toMatchObject({ data: 2, stale: false });
        expect(loaded.get('app/b')).toBeUndefined();
      });
    });
  },
);

describe('namespace.load', () => {
  it('shares a loaded prefix among those who load it', async () => {
    const { store, config } = await setUp();
    await config.set('app/a', 1);
    const [one, two] = await Promise.all([config.load('app/'), config.load('app/')]);
    const { find } = store.calls;
    const wide = await config.load('');
    one.close();
    await store.inner.set('prod', 'app/a', Value.of(2));
    await vi.waitFor(() => expect([two.get('app/a')?.data, wide.get('app/a')?.data]).toEqual([2, 2]));
    two.close();
    await store.inner.set('prod', 'app/a', Value.of(3));
    await vi.waitFor(() => expect(wide.get('app/a')?.data).toBe(3));
    expect(store.calls.find).toBe(find + 1);
    wide.close();
    await store.inner.set('prod', 'app/a', Value.of(4));
    await vi.waitFor(async () => expect((await config.get('app/a')).data).toBe(4));
  });

  it.each(['answer', 'event'])('takes no late news for new while it loads a prefix (first: the %s)', async (first) => {
    const held: { what: string; release: () => void }[] = [];
    const holding = new Set<string>();
    const pause = (what: string): Promise<void> =>
      holding.has(what) ? new Promise((release) => held.push({ what, release })) : Promise.resolve();
    const { store, config } = await setUp({ pause });
    const read = (): Promise<unknown> =>
      config.get('app/a').then(
        ({ data }) => data,
        () => 'absent',
      );
    await settled(store, config, 'app/a');
    holding.add('event');
    await store.inner.set('prod', 'app/a', Value.of('old'));
    await config.set('app/a', 'mine');
    await store.inner.delete('prod', 'app/a');
    holding.add('answer');
    const loading = config.load('app/');
    await vi.waitFor(() => expect(held.map(({ what }) => what)).toEqual(['event', 'answer']));
    holding.delete('answer');
    if (first === 'answer') {
      held.pop()?.release();
      await loading;
      expect(await read()).not.toBe('old');
    }
    // The watch tells of 'old' only now, and holds back what came after it.
    held.shift()?.release();
    await vi.waitFor(() => expect(held.at(-1)?.what).toBe('event'));
    expect(await read()).not.toBe('old');
    holding.clear();
    for (const { release } of held) release();
    using loaded = await loading;
    await vi.waitFor(() => expect(loaded.get('app/a')).toBeUndefined());
    expect(await read()).toBe('absent');
  });

  it('shows what was loaded while it is loaded again', async () => {
    const gates: (() => void)[] = [];
    let gated = false;
    const pause = (what: string): Promise<void> =>
      gated && what === 'answer' ? new Promise((resolve) => gates.push(resolve)) : Promise.resolve();
    const { store, config } = await setUp({ plain: true, pause });
    await config.set('app/a', 1);
    using loaded = await config.load('app/');
    gated = true;
    const { find } = store.calls;
    store.cut(away());
    await vi.waitFor(() => expect(store.calls.find).toBe(find + 1));
    expect(loaded.get('app/a')).toMatchObject({ data: 1, stale: true });
    expect(loaded.entries()).toHaveLength(1);
    gated = false;
    await vi.waitFor(() => {
      for (const open of gates.splice(0)) open();
      expect(loaded.get('app/a')).toMatchObject({ data: 1, stale: false });
    });
  });

  it('gives up loading when the signal says so, or the store fails', async () => {
    const { store, config } = await setUp();
    store.down = away();
    const reason = new Error('enough');
    const controller = new AbortController();
    const waiting = config.load('app/', { signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    store.down = undefined;
    (await config.load('app/')).close();
    store.down = away();
    expect(await code(config.load('db/'))).toBe('unavailable');
    store.down = undefined;
    using loaded = await config.load('db/');
    expect(loaded.entries()).toEqual([]);
  });
});

describe.each([{ plain: false }, { plain: true }])('namespace.load while others write (%o)', ({ plain }) => {
  it('has every key, however late the store answers', async () => {
    let late = false;
    const gates: (() => void)[] = [];
    const pause = (what: string): Promise<void> =>
      late && what === 'answer' ? new Promise((release) => gates.push(release)) : Promise.resolve();
    const { store, config } = await setUp({ plain, pause });
    const keys = Array.from({ length: 50 }, (_, i) => `app/k${i}`);
    for (const key of keys) await store.inner.set('prod', key, Value.of(0));
    await settled(store, config, 'app/k0');
    late = true;
    const loading = config.load('app/');
    await vi.waitFor(() => expect(gates).toHaveLength(1));
    for (const key of keys) await store.inner.set('prod', key, Value.of(1));
    // The watch tells the changes before the page arrives.
    await new Promise((resolve) => setTimeout(resolve, 5));
    late = false;
    for (const open of gates) open();
    using loaded = await loading;
    expect(loaded.entries()).toHaveLength(50);
    await vi.waitFor(() => {
      expect(loaded.entries().map(([, value]) => value.data)).toEqual(keys.map(() => 1));
    });
  });

  it('has every key that is there throughout, whatever comes between', async () => {
    const steps = fc.array(
      fc.record({
        what: fc.constantFrom('set' as const, 'set' as const, 'ownSet' as const, 'other' as const, 'cut' as const),
        key: fc.nat({ max: 4 }),
        ticks: fc.nat({ max: 3 }),
      }),
      { minLength: 3, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, async (scheduler, todo) => {
        const memory = new MemoryStore();
        const pause = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what).then(() => {});
        const store = new WrappedStore(memory, { plain, pause });
        const manager = new Manager({ store, watch: { initialBackoffMs: 0.01, maxBackoffMs: 0.02 } });
        await scheduler.waitFor(manager.connect());
        const config = manager.namespace('prod');
        const newest = new Map<string, number>();
        const write = async (key: string): Promise<void> => {
          newest.set(key, (newest.get(key) ?? 0) + 1);
          await memory.set('prod', key, Value.of(newest.get(key)));
        };
        for (const key of ['app/0', 'app/1', 'app/2', 'app/3', 'app/4']) await write(key);
        const least = new Map(newest);
        const loading = config.load('app/');
        const work: Promise<unknown>[] = [];
        for (const { what, key, ticks } of todo) {
          if (what === 'set') await write(`app/${key}`);
          else if (what === 'other') await memory.set('prod', `b/${key}`, Value.of(0));
          else if (what === 'cut') store.cut(away());
          else {
            const number = (newest.get(`app/${key}`) ?? 0) + 1_000;
            newest.set(`app/${key}`, number);
            work.push(config.set(`app/${key}`, number));
          }
          for (let tick = 0; tick < ticks && scheduler.count() > 0; tick += 1) await scheduler.waitOne();
        }
        const shown = await scheduler.waitFor(
          loading.then((loaded) => loaded.entries().map(([key, value]) => [key, value.int()] as const)),
        );
        await scheduler.waitFor(Promise.all(work));
        await scheduler.waitFor(manager.close());
        expect(shown.map(([key]) => key)).toEqual([...least.keys()]);
        for (const [key, number] of shown) expect(number).toBeGreaterThanOrEqual(least.get(key) as number);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});

describe('LoadedPrefix.changes', () => {
  it('tells whole writes, those of others and those of its own manager, once', async () => {
    const { store, config } = await setUp();
    await store.inner.set('prod', 'app/a', Value.of(0));
    const loaded = await config.load('app/');
    await using changes = loaded.changes();
    await store.inner.batch(
      'prod',
      ['app/a', 'app/b', 'other'].map((key) => ({ type: 'set', key, value: Value.of(1) })),
      { author: 'ann' },
    );
    const told = async (): Promise<unknown> =>
      (await changes.next()).value?.map(({ type, key, value, author }) => [type, key, value?.data, author]);
    expect(await told()).toEqual([
      ['set', 'app/a', 1, 'ann'],
      ['set', 'app/b', 1, 'ann'],
    ]);
    await config.set('app/c', 2);
    expect(await told()).toEqual([['set', 'app/c', 2, '']]);
    await store.inner.delete('prod', 'app/a');
    expect(await told()).toEqual([['delete', 'app/a', undefined, '']]);
    expect(loaded.get('app/a')).toBeUndefined();
    const waiting = changes.next();
    loaded.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('tells at once what changed while the watch was lost', async () => {
    const { store, config } = await setUp({ plain: true });
    for (const key of ['app/a', 'app/b', 'app/c']) await store.inner.set('prod', key, Value.of(0));
    using loaded = await config.load('app/');
    await using changes = loaded.changes();
    store.down = away();
    store.cut(away());
    await store.inner.set('prod', 'app/a', Value.of(1));
    await store.inner.delete('prod', 'app/b');
    store.down = undefined;
    const { value } = await changes.next();
    expect(value?.map(({ type, key }) => `${type} ${key}`).sort()).toEqual(['delete app/b', 'set app/a']);
  });

  it('holds nothing for who does not read it, once it is closed', async () => {
    const { store, config } = await setUp();
    using loaded = await config.load('app/');
    {
      await using _ = loaded.changes();
    }
    await store.inner.set('prod', 'app/a', Value.of(1));
    await vi.waitFor(() => expect(loaded.get('app/a')?.data).toBe(1));
  });
});
