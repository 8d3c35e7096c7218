import { describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../contract/errors.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { away, closeAtEnd, code, quick, settled, setUp } from '../test/manager.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value/value.js';
import { Manager } from './manager.js';

describe.each([{ plain: false }, { plain: true }])(
  'Namespace over a store (without revisions: $plain)',
  ({ plain }) => {
    it('answers reads from memory while the watch is unbroken, and sees the changes of others', async () => {
      const { store, config } = await setUp({ plain });
      await store.inner.set('prod', 'a', Value.of(1));
      expect((await config.get('a')).int()).toBe(1);
      await settled(store, config, 'a');
      const first = await config.get('a');
      expect(await config.get('a')).toBe(first);
      await store.inner.set('prod', 'a', Value.of(2));
      await vi.waitFor(async () => expect((await config.get('a')).int()).toBe(2));
      await store.inner.delete('prod', 'a');
      await vi.waitFor(async () => expect(await code(config.get('a'))).toBe('not_found'));
      await settled(store, config, 'a');
      await store.inner.set('prod', 'a', Value.of(3));
      await vi.waitFor(async () => expect((await config.get('a')).int()).toBe(3));
    });

    it('sees its own writes at once', async () => {
      const { store, config } = await setUp({ plain });
      await config.set('warm', 1);
      await settled(store, config, 'warm');
      for (let round = 0; round < 50; round += 1) {
        await config.set('a', round);
        expect((await config.get('a')).int()).toBe(round);
        if (round % 3 === 0) {
          await config.delete('a');
          expect(await code(config.get('a'))).toBe('not_found');
        }
      }
    });

    it('asks the store when told to', async () => {
      const { store, config } = await setUp({ plain });
      await config.set('a', 1);
      await settled(store, config, 'a');
      const before = store.calls.get;
      await config.get('a', { read: 'store' });
      expect(store.calls.get).toBe(before + 1);
      store.down = away();
      expect(await code(config.get('a', { read: 'store' }))).toBe('unavailable');
      expect((await config.get('a')).stale).toBe(false);
    });

    it('serves the last known value, marked stale, while the store is away, and comes back', async () => {
      const { store, manager, config } = await setUp({ plain });
      await config.set('a', 1);
      await settled(store, config, 'a');
      store.down = away();
      store.cut(away());
      await vi.waitFor(async () => expect((await config.get('a')).stale).toBe(true));
      expect((await config.get('a')).int()).toBe(1);
      expect(await code(config.get('never-read'))).toBe('unavailable');
      await vi.waitFor(async () => expect((await manager.health()).ok).toBe(false));
      expect((await manager.health()).message).toContain('prod');
      await store.inner.set('prod', 'a', Value.of(2));
      store.down = undefined;
      await vi.waitFor(async () => {
        expect(await config.get('a')).toMatchObject({ data: 2, stale: false });
        expect((await manager.health()).ok).toBe(true);
      });
      await settled(store, config, 'a');
    });

    it('does not serve what has expired', async () => {
      const { store, config } = await setUp({ plain });
      await store.inner.set('prod', 'a', Value.of(1), { ttlMs: 30 });
      await config.get('a').catch(() => {});
      await vi.waitFor(async () => expect(await code(config.get('a'))).toBe('not_found'));
    });
  },
);

describe('Namespace', () => {
  it('begins anew when the log no longer has what it missed', async () => {
    const store = new WrappedStore(new MemoryStore({ logLimit: 3 }));
    const manager = new Manager({ store, watch: quick });
    closeAtEnd(manager);
    await manager.connect();
    const config = manager.namespace('prod');
    await config.set('a', 0);
    await settled(store, config, 'a');
    using loaded = await config.load();
    store.down = away();
    store.cut(away());
    for (let i = 1; i <= 20; i += 1) await store.inner.set('prod', `k${i}`, Value.of(i));
    await store.inner.set('prod', 'a', Value.of(99));
    for (let i = 1; i <= 20; i += 1) await store.inner.set('prod', `k${i}`, Value.of(-i));
    store.down = undefined;
    await vi.waitFor(async () => {
      expect((await config.get('a')).data).toBe(99);
      expect(loaded.get('k20')?.data).toBe(-20);
      expect(loaded.entries()).toHaveLength(21);
    });
    await settled(store, config, 'a');
  });

  it('writes under conditions', async () => {
    const { config } = await setUp();
    await config.set('a', 1, { ifNotExists: true });
    expect(await code(config.set('a', 2, { ifNotExists: true }))).toBe('key_exists');
    expect(await code(config.set('b', 2, { ifExists: true }))).toBe('not_found');
    expect(await code(config.set('a', 2, { ifVersion: 4 }))).toBe('version_mismatch');
    expect(await config.set('a', 2, { ifVersion: 1, ttlMs: 60_000 })).toMatchObject({ version: 2, data: 2 });
    expect((await config.get('a')).expiresAt).toBeInstanceOf(Date);
    expect(await code(config.set('a', 2, { ifNotExists: true, ifExists: true }))).toBe('invalid_argument');
    expect(await code(config.delete('a', { ifVersion: 1 }))).toBe('version_mismatch');
    await config.delete('a', { ifVersion: 2 });
    const once = await config.set('c', 1, { requestId: 'r' });
    expect((await config.set('c', 1, { requestId: 'r' })).version).toBe(once.version);
  });

  it('refuses what the store would silently ignore', async () => {
    const { config, store } = await setUp({ plain: true });
    expect(await code(config.set('a', 1, { ifVersion: 0 }))).toBe('unsupported');
    expect(await code(config.set('a', 1, { ttlMs: 5 }))).toBe('unsupported');
    expect(await code(config.delete('a', { requestId: 'x' }))).toBe('unsupported');
    expect(await code(config.versions('a'))).toBe('versioning_not_supported');
    expect(store.calls.set + store.calls.delete).toBe(0);
  });

  it('finds pages and versions', async () => {
    const manager = new Manager({ store: new MemoryStore() });
    closeAtEnd(manager);
    await manager.connect();
    const config = manager.namespace('prod');
    for (const key of ['a/1', 'a/2', 'a/3']) await config.set(key, key);
    await config.set('a/1', 'again');
    const first = await config.find({ prefix: 'a/', limit: 2 });
    expect(first.values.map((value) => value.key)).toEqual(['a/1', 'a/2']);
    const rest = await config.find({ prefix: 'a/', limit: 2, cursor: first.nextCursor });
    expect(rest).toMatchObject({ nextCursor: '', revision: 4 });
    const { values } = await config.versions('a/1');
    expect(values.map((value) => value.data)).toEqual(['again', 'a/1']);
  });

  it('keeps to the limit of keys, with statistics of the store or without', async () => {
    for (const store of [new MemoryStore(), new WrappedStore(new MemoryStore())]) {
      const manager = new Manager({ store, maxKeysPerNamespace: 2 });
      closeAtEnd(manager);
      await manager.connect();
      const config = manager.namespace('prod');
      await config.set('a', 1);
      await config.set('b', 1);
      await config.set('a', 2);
      expect(await code(config.set('c', 1))).toBe('resource_exhausted');
      await config.delete('a');
      await config.set('c', 1);
    }
  });

  it('asks the store while the watch says that it hears nothing', async () => {
    const { store, config } = await setUp();
    await config.set('a', 1);
    await settled(store, config, 'a');
    using loaded = await config.load();
    store.deaf = true;
    const before = store.calls.get;
    expect((await config.get('a')).stale).toBe(false);
    expect(store.calls.get).toBe(before + 1);
    expect(loaded.get('a')?.stale).toBe(true);
    store.down = away();
    expect(await config.get('a')).toMatchObject({ data: 1, stale: true });
    store.down = undefined;
    store.deaf = false;
    await config.get('a');
    expect(store.calls.get).toBe(before + 2);
    expect(loaded.get('a')?.stale).toBe(false);
  });

  it('works with a store that cannot be watched', async () => {
    const { store, config } = await setUp();
    const fault = new ConfigError('watch_not_supported', 'no watch here');
    store.watch = () => {
      throw fault;
    };
    await config.set('a', 1);
    const before = store.calls.get;
    expect((await config.get('a')).int()).toBe(1);
    expect((await config.get('a')).int()).toBe(1);
    expect(store.calls.get).toBe(before + 2);
    expect(await code(config.load())).toBe('watch_not_supported');
    store.down = away();
    expect((await config.get('a')).stale).toBe(true);
  });
});
