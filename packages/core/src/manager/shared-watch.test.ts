import { describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../contract/errors.js';
import type { WatchFilter } from '../contract/filter.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { away, setUp } from '../test/manager.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value/value.js';
import type { LoadedPrefix } from './loaded-prefix.js';
import type { Manager } from './manager.js';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `n${i}`);

const loadAll = (manager: Manager, namespaces: readonly string[]): Promise<LoadedPrefix[]> =>
  Promise.all(namespaces.map((each) => manager.namespace(each).load()));

/** Whether the loaded states are those of the store. */
async function isSame(store: WrappedStore, namespace: string, loaded: LoadedPrefix): Promise<boolean> {
  const { entries } = await store.inner.find(namespace);
  const there = JSON.stringify(entries.map(({ key, version }) => [key, version]));
  return JSON.stringify(loaded.entries().map(([key, { version }]) => [key, version])) === there;
}

/** The store refuses to watch these. */
function refusing(store: WrappedStore, refused: Set<string>): void {
  const watch = store.watch.bind(store);
  store.watch = (filter: WatchFilter = {}, options) => {
    const name = filter.namespaces?.find((each) => refused.has(each));
    if (name !== undefined) throw new ConfigError('permission_denied', `not ${name}`);
    return watch(filter, options);
  };
}

describe('the namespaces of a manager', () => {
  it('are followed by one stream, up to what a server takes in a filter', async () => {
    const { store, manager } = await setUp();
    await loadAll(manager, names(100));
    expect(store.watches).toBe(1);
    await loadAll(manager, ['one-more']);
    expect(store.watches).toBe(2);
    store.cut(away());
    await vi.waitFor(() => expect([...names(100), 'one-more'].every((n) => isLive(manager, n))).toBe(true));
    expect(store.watches).toBe(2);
    const before = store.calls.watch;
    await manager.namespace('n7').set('a', 1);
    expect(store.calls.watch).toBe(before);
  });

  it('are followed by a stream each over a store without revisions, where one that is added would break the others', async () => {
    const { store, manager } = await setUp({ plain: true });
    await loadAll(manager, ['n0', 'n1']);
    await loadAll(manager, ['n2']);
    await loadAll(manager, ['n3']);
    expect(store.watches).toBe(3);
  });

  it('are added without a break for the others, while all of them change', async () => {
    // Streams that lag behind the writes, so that one that is left has more to tell.
    const pause = async (what: string): Promise<void> => {
      if (what === 'event') await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const { store, manager } = await setUp({ pause });
    const [first] = (await loadAll(manager, ['n0'])) as [LoadedPrefix];
    const breaks: unknown[] = [];
    const statuses = manager.status();
    void (async () => {
      for await (const { namespace, type } of statuses) if (namespace === 'n0' && type !== 'live') breaks.push(type);
    })();
    const told: number[] = [];
    const telling = (async () => {
      for await (const changes of first.changes()) told.push(...changes.map(({ revision }) => revision));
    })();
    let isWriting = true;
    const writing = (async () => {
      for (let i = 0; isWriting; i += 1) {
        await store.inner.set(`n${i % 2}`, `k${i}`, Value.of(i));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const all = [first];
    for (const name of names(12).slice(1)) {
      const [loaded] = (await loadAll(manager, [name])) as [LoadedPrefix];
      all.push(loaded);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    isWriting = false;
    await writing;
    for (const [i, loaded] of all.entries()) {
      await vi.waitFor(async () => expect(await isSame(store, `n${i}`, loaded)).toBe(true));
    }
    expect(store.watches).toBe(1);
    expect(breaks).toEqual([]);
    for (const loaded of all) loaded.close();
    await telling;
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(new Set(told).size).toBe(told.length);
    await statuses.return();
  });

  it('are served although the store refuses some of them, which come when it does no more', async () => {
    const store = new WrappedStore(new MemoryStore());
    const refused = new Set(['n3']);
    refusing(store, refused);
    const { manager } = await setUp({ store });
    const allowed = names(8).filter((name) => !refused.has(name));
    const [, ...results] = await Promise.allSettled(['n3', ...allowed].map((name) => manager.namespace(name).load()));
    expect(results.map(({ status }) => status)).toEqual(allowed.map(() => 'fulfilled'));
    await vi.waitFor(() => expect(manager.namespace('n3').status?.type).toBe('error'));
    expect(allowed.every((name) => isLive(manager, name))).toBe(true);
    expect(store.watches).toBeLessThan(5);

    // One that is added and refused leaves the others alone.
    refused.add('n9');
    const added = await Promise.allSettled([manager.namespace('n8').load(), manager.namespace('n9').load()]);
    expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(allowed.every((name) => isLive(manager, name))).toBe(true);

    // Rights are taken from one of those that are followed.
    refused.add('n5');
    store.cut(away());
    await vi.waitFor(() => expect(manager.namespace('n5').status?.error?.code).toBe('permission_denied'));
    await vi.waitFor(() => expect(isLive(manager, 'n6')).toBe(true));
    refused.clear();
    await vi.waitFor(() => expect(names(10).every((name) => isLive(manager, name))).toBe(true));
  });

  it('are followed anew where a later one comes after the store has refused to be watched', async () => {
    const { store, manager } = await setUp();
    const { watch } = store;
    store.watch = () => {
      throw new ConfigError('watch_not_supported', 'no watches');
    };
    await expect(manager.namespace('n0').load()).rejects.toMatchObject({ code: 'watch_not_supported' });
    store.watch = watch;
    await loadAll(manager, ['n1']);
    expect(isLive(manager, 'n1')).toBe(true);
  });
});

const isLive = (manager: Manager, name: string): boolean => manager.namespace(name).status?.type === 'live';
