import { describe, expect, expectTypeOf, it } from 'vitest';
import { ConfigError } from '../contract/errors.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { away, code, settled, setUp } from '../test/manager.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value/value.js';
import type { KeyChange } from './key-change.js';

describe.each([{ plain: false }, { plain: true }])(
  'namespace.watch over a store (without revisions: $plain)',
  ({ plain }) => {
    it('yields the changes of a prefix', async () => {
      const { config, store } = await setUp({ plain });
      const controller = new AbortController();
      const changes = config.watch({ prefix: 'app/', signal: controller.signal });
      await config.set('other', 1);
      await store.inner.setAlias('x', 'other');
      await config.set('app/a', 1);
      await config.delete('app/a');
      const seen: unknown[] = [];
      for await (const { type, key, value } of changes) {
        seen.push([type, key, value?.data]);
        if (seen.length === 2) controller.abort();
      }
      expect(seen).toEqual([
        ['set', 'app/a', 1],
        ['delete', 'app/a', undefined],
      ]);
    });
  },
);

describe('namespace.watch', () => {
  it('goes on with a watch of the app where it was cut', async () => {
    const { config, store } = await setUp();
    const seen: number[] = [];
    const changes = config.watch();
    for (let i = 0; i < 30; i += 1) {
      await config.set('a', i);
      if (i % 4 === 3) store.cut(away());
      const next = await changes.next();
      seen.push(next.done ? -1 : (next.value.value?.int() ?? -1));
    }
    expect(seen).toEqual([...seen.keys()]);
  });

  it.each([{ plain: true }, { plain: false }])(
    'tells exactly what has changed while it could not hear it (without revisions: $plain)',
    async ({ plain }) => {
      const store = new WrappedStore(new MemoryStore({ logLimit: 4 }), { plain });
      const { config } = await setUp({ store, plain });
      for (const key of ['p/same', 'p/other', 'p/gone', 'p/anew', 'q/other']) await config.set(key, 0);
      const changes = config.watch({ prefix: 'p/' });
      await config.set('p/last', 1);
      expect(await changes.next()).toMatchObject({ value: { type: 'set', key: 'p/last' } });
      const waiting = changes.next();
      store.down = away();
      store.cut(away());
      const write = (key: string, data: number): Promise<unknown> => store.inner.set('prod', key, Value.of(data));
      for (let i = 1; i <= 10; i += 1) await write('p/other', i);
      await write('q/other', 1);
      await write('p/passing', 1);
      await store.inner.delete('prod', 'p/passing');
      await store.inner.delete('prod', 'p/gone');
      await store.inner.delete('prod', 'p/anew');
      await write('p/anew', 2);
      await write('p/made', 3);
      store.down = undefined;
      const told = [await waiting];
      while (told.length < 4) told.push(await changes.next());
      expect(told.map(({ value }) => `${value?.type} ${value?.key} ${value?.value?.data}`)).toEqual([
        'delete p/gone undefined',
        'set p/anew 2',
        'set p/made 3',
        'set p/other 10',
      ]);
      await config.set('p/after', 1);
      expect(await changes.next()).toMatchObject({ value: { key: 'p/after' } });
      await changes.return();
    },
  );

  it('tells what differs in another log', async () => {
    const one = new MemoryStore();
    const store = new WrappedStore(one);
    const { config } = await setUp({ store });
    await config.set('a', 1);
    await config.set('b', 1);
    const changes = config.watch();
    await config.set('c', 1);
    await changes.next();
    const waiting = changes.next();
    const two = new MemoryStore();
    await two.connect();
    await two.set('prod', 'b', Value.of(2));
    Object.defineProperty(store, 'inner', { value: two });
    store.cut(away());
    const told = [await waiting, await changes.next(), await changes.next()];
    expect(told.map(({ value }) => `${value?.type} ${value?.key}`)).toEqual(['delete a', 'delete c', 'set b']);
    await changes.return();
  });

  it('ends where it could not read the keys, and cannot go on', async () => {
    const { config, store } = await setUp({ plain: true });
    store.find = async () => {
      throw new ConfigError('permission_denied', 'no list for you');
    };
    const changes = config.watch();
    await config.set('a', 1);
    await changes.next();
    store.cut(away());
    expect(await code(changes.next())).toBe('unavailable');
    const foreign = (await setUp()).config.watch({ startRevision: 7 });
    expect(await code(foreign.next())).toBe('revision_compacted');
  });

  it('misses nothing from the call on, though the store is away then', async () => {
    const { config, store } = await setUp();
    await config.set('a', 0);
    await settled(store, config, 'a');
    store.down = away();
    store.cut(away());
    await using changes = config.watch();
    const waiting = changes.next();
    for (let i = 1; i <= 3; i += 1) await store.inner.set('prod', 'a', Value.of(i));
    store.down = undefined;
    await config.set('a', 4);
    const seen = [await waiting];
    while (seen.length < 4) seen.push(await changes.next());
    expect(seen.map(({ value }) => value?.value?.int())).toEqual([1, 2, 3, 4]);
  });

  it.each([{ plain: false }, { plain: true }])('fails where it cannot tell where to begin (%o)', async (options) => {
    const { config, store } = await setUp(options);
    store.down = away();
    await using changes = config.watch();
    expect(await code(changes.ready)).toBe('unavailable');
    store.down = undefined;
    await config.set('a', 1);
    expect(await code(changes.next())).toBe('unavailable');
    expect(await changes.next()).toEqual({ done: true, value: undefined });
  });

  it('begins before the next write of its manager', async () => {
    const { config, store } = await setUp({ plain: true });
    let begin: () => void = () => {};
    const { watch } = store;
    store.watch = (filter, options) => {
      const stream = watch.call(store, filter, options);
      const ready = Promise.all([stream.ready, new Promise<void>((resolve) => (begin = resolve))]).then(() => {});
      return Object.defineProperty(stream, 'ready', { value: ready });
    };
    await using changes = config.watch();
    const writing = config.set('a', 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(store.calls.set).toBe(0);
    begin();
    await writing;
    expect(await changes.next()).toMatchObject({ value: { type: 'set', key: 'a' } });
  });

  it('releases its watch when it is closed, read or not, also while a read waits', async () => {
    const { config, store } = await setUp();
    {
      await using _ = config.watch();
      expect(store.watches).toBe(1);
    }
    expect(store.watches).toBe(0);
    const changes = config.watch();
    const waiting = changes.next();
    await changes.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(store.watches).toBe(0);
    const controller = new AbortController();
    const ended = config.watch({ signal: controller.signal }).next();
    controller.abort();
    expect(await ended).toEqual({ done: true, value: undefined });
    expect(store.watches).toBe(0);
  });

  it('tells who changed it and why, and what belongs together', async () => {
    const { config, store } = await setUp();
    await using changes = config.watch();
    await store.inner.set('prod', 'a', Value.of(1), { author: 'ann', comment: 'first' });
    await store.inner.batch('prod', [
      { type: 'set', key: 'b', value: Value.of(2) },
      { type: 'delete', key: 'a', comment: 'moved' },
    ]);
    const told: KeyChange[] = [];
    for await (const change of changes) {
      told.push(change);
      if (told.length === 3) break;
    }
    expect(told).toMatchObject([
      { type: 'set', key: 'a', author: 'ann', comment: 'first', more: false },
      { type: 'set', key: 'b', more: true },
      { type: 'delete', key: 'a', comment: 'moved', more: false },
    ]);
  });

  it('is typed: what was set has a value', () => {
    const shown = (change: KeyChange): Value | undefined => {
      if (change.type === 'set') expectTypeOf(change.value).toEqualTypeOf<Value>();
      return change.value;
    };
    expectTypeOf(shown).returns.toEqualTypeOf<Value | undefined>();
  });
});
