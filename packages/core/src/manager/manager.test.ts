import { describe, expect, it, vi } from 'vitest';
import { MemoryStore } from '../memory-store/memory-store.js';
import { away, closeAtEnd, code, quick, settled, setUp } from '../test/manager.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Manager } from './manager.js';
import type { ManagerOptions } from './options.js';

describe.each([{ plain: false }, { plain: true }])('Manager over a store (without revisions: $plain)', ({ plain }) => {
  it('resolves aliases of its seed and of the store', async () => {
    const { manager, store, config } = await setUp({ plain, aliases: { short: 'a/long/one' } });
    await config.set('short', 1);
    expect((await store.inner.get('prod', 'a/long/one')).version).toBe(1);
    expect(await config.get('short')).toMatchObject({ key: 'a/long/one', data: 1 });
    await manager.setAlias('brief', 'a/long/one');
    expect((await config.get('brief')).int()).toBe(1);
    await store.inner.setAlias('third', 'a/long/one');
    await vi.waitFor(async () => expect((await config.get('third')).int()).toBe(1));
    await config.delete('third');
    expect(await code(config.get('short'))).toBe('not_found');
    await store.inner.deleteAlias('third');
    await vi.waitFor(() => expect([...manager.aliases.keys()]).toEqual(['short', 'brief']));
    await manager.deleteAlias('brief');
    expect(manager.aliases).toEqual(new Map([['short', 'a/long/one']]));
  });
});

describe('Manager', () => {
  it('learns the aliases later if it cannot at once', async () => {
    const store = new WrappedStore(new MemoryStore());
    await store.inner.connect();
    await store.inner.setAlias('short', 'a/long/one');
    const manager = new Manager({ store, watch: quick });
    closeAtEnd(manager);
    store.down = away();
    await manager.connect();
    expect(manager.aliases.size).toBe(0);
    store.down = undefined;
    await vi.waitFor(() => expect(manager.aliases.get('short')).toBe('a/long/one'));
  });

  it('survives a logger that throws, and tells it of a lost watch', async () => {
    const told: string[] = [];
    const tell = (_: object, message = ''): void => {
      told.push(message);
      throw new Error('disk full');
    };
    const { store, config } = await setUp({ logger: { debug: tell, info: tell, warn: tell, error: tell } });
    await config.set('a', 1);
    await settled(store, config, 'a');
    store.cut(away());
    await vi.waitFor(() => expect(told).toContain('watch lost; opening it again'));
    await settled(store, config, 'a');
  });

  it('is closed for good, twice', async () => {
    const { manager, config, store } = await setUp();
    await config.set('a', 1);
    await config.get('a');
    const changes = config.watch();
    const next = changes.next();
    const waiting = config.load('x/');
    await waiting;
    await Promise.all([manager.close(), manager.close()]);
    expect(await next).toMatchObject({ done: true });
    expect(await code(config.get('a'))).toBe('closed');
    expect(await code(store.inner.get('prod', 'a'))).toBe('closed');
    expect(await code(manager.connect())).toBe('closed');
    expect((await manager.health()).ok).toBe(false);
    expect(await code(new Manager({ store: new MemoryStore() }).namespace('x').get('a'))).toBe('not_connected');
  });

  it('names the option that is wrong', () => {
    const store = new MemoryStore();
    const made =
      (options: Partial<ManagerOptions>): (() => Manager) =>
      () =>
        new Manager({ store, ...options });
    expect(made({ watch: { initialBackoffMs: 0 } })).toThrow('watch.initialBackoffMs');
    expect(made({ watch: { initialBackoffMs: 10, maxBackoffMs: 5 } })).toThrow('watch.maxBackoffMs');
    expect(made({ watch: { unhealthyAfter: 0 } })).toThrow('watch.unhealthyAfter');
    expect(made({ maxKeysPerNamespace: 1.5 })).toThrow('maxKeysPerNamespace');
    expect(made({ aliases: { a: 'b', b: 'c' } })).toThrow('alias');
    expect(made({ defaultCodec: '' })).toThrow('codec');
    expect(made({ store: {} as never })).toThrow('store');
    expect(() => new Manager({ store }).namespace('no spaces')).toThrow('namespace');
  });
});
