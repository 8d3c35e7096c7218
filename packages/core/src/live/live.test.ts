import { type } from 'arktype';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { z } from 'zod';
import { Secret } from '../codecs/secret.js';
import { LruCache } from '../manager/cache.js';
import { Manager } from '../manager/manager.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { away, closeAtEnd, code, quick, setUp } from '../test/manager.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value/value.js';

const Db = z.object({
  host: z.string(),
  pool: z.number().int().default(10),
  tls: z.object({ ca: z.string() }).optional(),
});

const written = async (data: Record<string, unknown>): ReturnType<typeof setUp> => {
  const made = await setUp();
  for (const [key, each] of Object.entries(data)) await made.store.inner.set('prod', key, Value.of(each));
  return made;
};

describe('a live reference', () => {
  it('is typed, checked, frozen, and has the defaults of its schema', async () => {
    const { config } = await written({ 'db/host': 'one', 'db/tls/ca': 'x', dbx: 1 });
    using db = await config.live('db', Db);
    expectTypeOf(db.current).toEqualTypeOf<z.infer<typeof Db>>();
    expect(db.current).toEqual({ host: 'one', pool: 10, tls: { ca: 'x' } });
    expect(Object.isFrozen(db.current) && Object.isFrozen(db.current.tls)).toBe(true);
    expect(db.status).toMatchObject({ source: 'server', revision: 2, stale: false, error: undefined });
  });

  it.each([
    ['zod', z.object({ host: z.string(), pool: z.number() })],
    ['valibot', v.object({ host: v.string(), pool: v.number() })],
    ['arktype', type({ host: 'string', pool: 'number' })],
    ['zod, late', z.object({ host: z.string(), pool: z.number().refine(async (pool) => pool > 0) })],
  ])('takes a schema of %s', async (_name, schema) => {
    const { store, config } = await written({ 'db/host': 'one', 'db/pool': 1 });
    using db = await config.live('db', schema);
    const refused: string[] = [];
    db.on('invalid', ({ error }) => refused.push(error.code));
    await store.inner.set('prod', 'db/pool', Value.of('many'));
    await vi.waitFor(() => expect(refused).toEqual(['invalid_value']));
    expect(db.current).toEqual({ host: 'one', pool: 1 });
  });

  it('is swapped whole, and tells what has changed', async () => {
    const { store, config } = await written({ 'db/host': 'one', 'db/pool': 1 });
    using db = await config.live('db', Db);
    const told: unknown[] = [];
    db.on('change', ({ previous, current, changed }) => told.push([previous?.host, current.host, [...changed].sort()]));
    db.on('change', () => {
      throw new Error('not your fault');
    });
    const pools: number[] = [];
    db.pick(({ pool }) => pool).on('change', ({ current }) => pools.push(current));
    const before = db.current;
    await store.inner.batch('prod', [
      { type: 'set', key: 'db/host', value: Value.of('two') },
      { type: 'set', key: 'db/tls/ca', value: Value.of('x') },
    ]);
    await vi.waitFor(() => expect(told).toEqual([['one', 'two', ['host', 'tls', 'tls.ca']]]));
    expect(before.host).toBe('one');
    await store.inner.set('prod', 'db/pool', Value.of(2));
    await store.inner.set('prod', 'db/pool', Value.of(2));
    await vi.waitFor(() => expect(pools).toEqual([2]));
    const same = db.current;
    await store.inner.set('prod', 'db/host', Value.of('two'));
    await vi.waitFor(() => expect(db.status.revision).toBe(7));
    expect(db.current).toBe(same);
    expect(told).toHaveLength(2);
  });

  it('keeps the last good value, and says which key is wrong, of which version, by whom', async () => {
    const { store, config } = await written({ 'db/host': 'one', 'db/tls/ca': 'x' });
    using db = await config.live('db', Db);
    const refused: unknown[] = [];
    using _ = db.on('invalid', ({ error, issues }) => refused.push(error.message, issues[0]?.path));
    await store.inner.set('prod', 'db/tls/ca', Value.of(7), { author: 'ann' });
    await vi.waitFor(() => expect(refused).toHaveLength(2));
    expect(refused[0]).toMatch(/db\/tls\/ca \(version 2 by ann\): /);
    expect(refused[1]).toBe('tls.ca');
    expect(db.status.error?.code).toBe('invalid_value');
    expect(db.current.tls?.ca).toBe('x');
    await store.inner.set('prod', 'db/tls/ca', Value.of('y'));
    expect((await db.when(({ tls }) => tls?.ca === 'y')).host).toBe('one');
    expect(db.status.error).toBeUndefined();
  });

  it('is ready only with a valid value, and takes one that comes later', async () => {
    const { store, config } = await written({ 'db/host': 7 });
    const db = config.live('db', Db);
    expect(() => db.current).toThrow(expect.objectContaining({ code: 'not_connected' }));
    expect(await code(db.ready)).toBe('invalid_value');
    expect(() => db.current).toThrow(expect.objectContaining({ code: 'invalid_value' }));
    await store.inner.set('prod', 'db/host', Value.of('one'));
    await db.when(({ host }) => host === 'one');
    await db.ready;
    db.close();
    expect(await code(db.when(() => false))).toBe('closed');
    expect(db.current.host).toBe('one');
  });

  it('can be iterated, and ends with its manager', async () => {
    const { store, manager, config } = await written({ 'db/host': 'one' });
    const db = config.live('db', Db);
    await db;
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { host } of db) seen.push(host);
    })();
    await vi.waitFor(() => expect(seen).toEqual(['one']));
    await store.inner.set('prod', 'db/host', Value.of('two'));
    await vi.waitFor(() => expect(seen).toEqual(['one', 'two']));
    await manager.close();
    await reading;
  });

  it('makes do with what is remembered while the store is away, and the store wins once it is there', async () => {
    const store = new WrappedStore(new MemoryStore());
    const manager = new Manager({
      ...{ store, watch: quick, waitMs: 5 },
      bootstrap: { prod: { 'db/host': 'bootstrap', 'db/pool': 3 } },
    });
    closeAtEnd(manager);
    store.down = away();
    await manager.connect({ offline: true });
    const config = manager.namespace('prod');
    using db = await config.live('db', Db);
    expect(db.current).toEqual({ host: 'bootstrap', pool: 3 });
    expect(db.status).toMatchObject({ source: 'bootstrap', stale: true, error: { code: 'unavailable' } });
    expect(await config.get('db/pool')).toMatchObject({ data: 3, stale: true, version: 0 });
    using other = await config.live('other', z.object({ on: z.boolean().default(false) }));
    expect(other.status.source).toBe('defaults');
    await store.inner.set('prod', 'db/host', Value.of('server'));
    store.down = undefined;
    expect(await db.when(({ host }) => host === 'server')).toEqual({ host: 'server', pool: 10 });
    expect(db.status).toMatchObject({ source: 'server', error: undefined });
    expect(await code(config.get('db/pool'))).toBe('not_found');
    await vi.waitFor(() => expect(other.status.source).toBe('server'));
  });

  it('fails where the store refuses, and else waits for it', async () => {
    const { store, config } = await setUp({ waitMs: Number.POSITIVE_INFINITY });
    store.down = away();
    const db = config.live('db', z.object({}));
    store.down = undefined;
    await db.ready;
    expect(() => config.live('db', 7 as never)).toThrow('Standard Schema');
    expect(() => config.live('db', Db, { separator: ':' as never })).toThrow('separator');
  });

  it('sees a secret as one, and tells that it has changed', async () => {
    const { config } = await setUp();
    await config.set('db/password', 'one', { codec: 'secret' });
    using db = await config.live('db', z.object({ password: z.instanceof(Secret) }));
    const told: string[][] = [];
    db.on('change', ({ changed }) => told.push([...changed]));
    await config.set('db/password', 'two', { codec: 'secret' });
    await vi.waitFor(() => expect(told).toEqual([['password']]));
    expect(db.current.password.reveal()).toBe('two');
  });

  it('is never half of a batch', async () => {
    const { store, config } = await written({ 'p/a': 0, 'p/b': 0 });
    using pair = await config.live('p', z.object({ a: z.number(), b: z.number() }));
    const seen: { a: number; b: number }[] = [];
    pair.on('change', ({ current }) => seen.push(current));
    for (let i = 1; i <= 100; i += 1) {
      const set = (key: string) => ({ type: 'set' as const, key, value: Value.of(i) });
      await store.inner.batch('prod', [set('p/a'), set('p/b')]);
      if (i % 25 === 0) store.cut(away());
    }
    await pair.when(({ a }) => a === 100);
    expect(seen.filter(({ a, b }) => a !== b)).toEqual([]);
  });
});

it("flatten and unflatten are each other's reverse", async () => {
  const { flatten, unflatten } = await import('./shape.js');
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/);
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
  const { tree } = fc.letrec<{ tree: Record<string, unknown> }>((tie) => ({
    tree: fc.dictionary(name, fc.oneof({ maxDepth: 3 }, leaf, tie('tree')), {
      minKeys: 1,
      maxKeys: 4,
      noNullPrototype: true,
    }),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom('/' as const, '.' as const), (data, separator) => {
      expect(unflatten('p/', flatten('p/', data, separator), separator)).toEqual(data);
    }),
  );
  expect(unflatten('', new Map([['__proto__/x', 1]]), '/')).not.toHaveProperty('x');
  expect(() =>
    unflatten(
      '',
      new Map<string, unknown>([
        ['a', 1],
        ['a/b', 2],
      ]),
      '/',
    ),
  ).toThrow('a/b: ');
  expect(() => flatten('', { 'a/b': 1 }, '/')).toThrow('cannot be part of a key');
});

it('a cache that outlives its process is given what is loaded, and forgets what is not there any more', async () => {
  class Kept extends LruCache {
    readonly keepsLoaded = true;

    async close(): Promise<void> {}
  }
  const cache = new Kept();
  const store = new WrappedStore(new MemoryStore());
  const manager = new Manager({ store, cache, watch: quick });
  await manager.connect();
  await store.inner.set('prod', 'db/host', Value.of('one'));
  await store.inner.set('prod', 'db/pool', Value.of(1));
  {
    using db = await manager.namespace('prod').live('db', Db);
    await store.inner.set('prod', 'db/pool', Value.of(2));
    await db.when(({ pool }) => pool === 2);
  }
  await manager.close();

  const again = new WrappedStore(new MemoryStore());
  const other = new Manager({ store: again, cache, watch: quick, waitMs: 1 });
  closeAtEnd(other);
  again.down = away();
  await other.connect({ offline: true });
  using db = await other.namespace('prod').live('db', Db);
  expect(db.current).toEqual({ host: 'one', pool: 2 });
  expect(db.status.source).toBe('cache');
  await again.inner.set('prod', 'db/host', Value.of('two'));
  again.down = undefined;
  await db.when(({ host, pool }) => host === 'two' && pool === 10);
  expect([...cache.states()].map(([, key]) => key)).toEqual(['db/host']);
});
