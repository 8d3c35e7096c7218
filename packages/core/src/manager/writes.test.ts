import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../memory-store/memory-store.js';
import { closeAtEnd, code, setUp } from '../test/manager.js';
import { Value } from '../value/value.js';
import { Manager } from './manager.js';
import type { Namespace } from './namespace.js';

async function config(options: { maxKeysPerNamespace?: number } = {}): Promise<Namespace> {
  const manager = new Manager({ store: new MemoryStore(), aliases: { short: 'a/long/one' }, ...options });
  closeAtEnd(manager);
  await manager.connect();
  return manager.namespace('prod');
}

describe('namespace.batch', () => {
  it('writes all or nothing, and is read at once', async () => {
    const prod = await config();
    await prod.set('gone', 1);
    using loaded = await prod.load();
    const { values, firstRevision, lastRevision } = await prod.batch([
      { type: 'set', key: 'short', data: { a: 1 }, ifNotExists: true },
      { type: 'set', key: 'text', data: Value.of('x') },
      { type: 'delete', key: 'gone', ifVersion: 1 },
    ]);
    expect([values.map((value) => value?.key), firstRevision, lastRevision]).toEqual([
      ['a/long/one', 'text', undefined],
      2,
      4,
    ]);
    expect((await prod.get('short')).data).toEqual({ a: 1 });
    expect(await code(prod.get('gone'))).toBe('not_found');
    expect([...loaded].map(([key]) => key)).toEqual(['a/long/one', 'text']);
    const failed = prod.batch([
      { type: 'set', key: 'text', data: 'y' },
      { type: 'set', key: 'text', data: 'z', ifVersion: 7 },
    ]);
    await expect(failed).rejects.toMatchObject({ code: 'version_mismatch', metadata: { index: '1', key: 'text' } });
    expect((await prod.get('text')).data).toBe('x');
  });

  it('can be tried without writing, and keeps to the limit of keys', async () => {
    const prod = await config({ maxKeysPerNamespace: 2 });
    const two = ['a', 'b'].map((key) => ({ type: 'set' as const, key, data: key }));
    expect(await prod.batch(two, { dryRun: true })).toMatchObject({ dryRun: true, lastRevision: 0 });
    expect(await code(prod.get('a'))).toBe('not_found');
    await prod.batch(two);
    await prod.batch(two);
    expect(await code(prod.batch([...two, { type: 'set', key: 'c', data: 1 }]))).toBe('resource_exhausted');
  });

  it('is unsupported where the store has none', async () => {
    const { config: plain } = await setUp({ plain: true });
    expect(await code(plain.batch([{ type: 'delete', key: 'a' }]))).toBe('unsupported');
    expect(await code(plain.restore({ to: { revision: 1 } }))).toBe('unsupported');
    expect(await code(plain.get('a', { atRevision: 1 }))).toBe('unsupported');
    expect(await code(plain.set('a', 1, { comment: 'why' }))).toBe('unsupported');
  });
});

describe('namespace.restore', () => {
  it('brings a key or the namespace back, and is read at once', async () => {
    const prod = await config();
    await prod.set('short', 1);
    await prod.set('b', 1);
    await prod.set('short', 2);
    await prod.delete('b');
    expect((await prod.get('short', { atRevision: 1 })).int()).toBe(1);
    await prod.restore({ key: 'short', to: { version: 1 } }, { comment: 'back' });
    expect((await prod.get('a/long/one')).int()).toBe(1);
    await prod.restore({ to: { revision: 3 } });
    expect((await prod.get('short')).int()).toBe(2);
    expect((await prod.get('b')).int()).toBe(1);
    expect((await prod.find({ atRevision: 1 })).values.map(({ key }) => key)).toEqual(['a/long/one']);
  });
});

describe('a repeated write', () => {
  it('returns the first answer, which is not taken for the present state', async () => {
    const { config: prod, store } = await setUp();
    await prod.set('a', 1, { requestId: 'r' });
    await prod.get('a');
    await store.inner.set('prod', 'a', Value.of(2));
    expect((await prod.set('a', 1, { requestId: 'r' })).int()).toBe(1);
    expect((await prod.get('a')).int()).toBe(2);
  });
});
