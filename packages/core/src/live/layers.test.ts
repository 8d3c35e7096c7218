import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MemoryStore } from '../memory-store/memory-store.js';
import { code, setUp } from '../test/manager.js';
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

describe('layers', () => {
  it('read each key from the first that has it, follow all, and tell which', async () => {
    const { store, manager } = await setUp();
    const set = (namespace: string, key: string, data: unknown): Promise<unknown> =>
      store.inner.set(namespace, key, Value.of(data));
    await set('base', 'db/host', 'base');
    await set('base', 'db/pool', 5);
    await set('production', 'db/pool', 20);
    const config = manager.namespace(['production', 'base']);
    expect((await config.get('db/host')).data).toBe('base');
    expect((await config.get('db/pool')).data).toBe(20);
    expect(config.peek('db/pool')?.data).toBe(20);
    expect(await config.has('none')).toBe(false);
    expect(await code(config.get('none'))).toBe('not_found');
    expect((await config.get('none', { default: 1 })).data).toBe(1);
    expect(await config.explain('db/pool')).toMatchObject({
      namespace: 'production',
      value: { data: 20 },
      hidden: [{ namespace: 'base', value: { data: 5 } }],
    });
    expect(await config.explain('none')).toBeUndefined();
    using db = await config.live('db', Db);
    expect(db.current).toEqual({ host: 'base', pool: 20 });
    await set('production', 'db/host', 'production');
    await db.when(({ host }) => host === 'production');
    await store.inner.delete('production', 'db/pool');
    await db.when(({ pool }) => pool === 5);
    expect(() => manager.namespace([])).toThrow('at least one');
    expect(() => manager.namespace(['a', 'a'])).toThrow('different');
  });
});

describe('a binder', () => {
  it('writes only what is another, as one, and deletes what is gone', async () => {
    const { store, config } = await written({ 'db/host': 'one', 'db/pool': 1, 'db/tls': { ca: 'x' }, other: 1 });
    Object.assign(store, { batch: store.inner.batch.bind(store.inner) });
    (store.features as Set<string>).add('batch');
    const settings = config.bind('db', Db);
    expect(await settings.read()).toEqual({ host: 'one', pool: 1, tls: { ca: 'x' } });
    const done = await settings.write({ host: 'one', pool: 2, tls: { ca: 'x' } }, { comment: 'why' });
    expect(done).toMatchObject({ set: ['db/pool'], deleted: [] });
    expect((await settings.write({ host: 'one', pool: 2, tls: { ca: 'y' } })).set).toEqual(['db/tls']);
    expect(await settings.write({ host: 'one', pool: 2, tls: { ca: 'y' } })).toEqual({
      set: [],
      deleted: [],
      revision: 0,
    });
    expect(await settings.write({ host: 'two', pool: 2 })).toMatchObject({ set: ['db/host'], deleted: ['db/tls'] });
    expect(await code(settings.write({ host: 7 } as never))).toBe('invalid_value');
    expect(await settings.read()).toEqual({ host: 'two', pool: 2 });
  });

  it('writes nothing where a key was changed meanwhile', async () => {
    const { store, config } = await written({ 'db/host': 'one' });
    (store.features as Set<string>).add('batch');
    const batch: MemoryStore['batch'] = async (...args) => {
      await store.inner.set('prod', 'db/pool', Value.of(99));
      return store.inner.batch(...args);
    };
    Object.assign(store, { batch });
    expect(await code(config.bind('db', Db).write({ host: 'two', pool: 2 }))).toBe('version_mismatch');
    expect((await config.get('db/host', { read: 'store' })).data).toBe('one');
  });
});
