import { describe, expect, it, vi } from 'vitest';
import { away, code, settled, setUp } from '../test/manager.js';
import { Value } from '../value/value.js';

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
