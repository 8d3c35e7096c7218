import { describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../contract/errors.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { away, closeAtEnd, code, quick, settled, setUp } from '../test/manager.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value/value.js';
import { LruCache } from './cache.js';
import { Manager } from './manager.js';
import type { NamespaceStatus } from './status.js';

describe('manager.status', () => {
  it('tells how a namespace is served, and each change of that, until the end', async () => {
    const { store, manager, config } = await setUp();
    await config.set('a', 1);
    expect(config.status).toBeUndefined();
    await settled(store, config, 'a');
    expect(config.status).toEqual({ namespace: 'prod', type: 'live' });
    const told: NamespaceStatus[] = [];
    const telling = (async () => {
      for await (const status of manager.status()) told.push(status);
    })();
    store.cut(away());
    await vi.waitFor(() => expect(told.map(({ type }) => type)).toEqual(['live', 'stale', 'live']));
    expect(told[1]?.error?.code).toBe('unavailable');
    await manager.close();
    await telling;
    expect(told.at(-1)).toMatchObject({ namespace: 'prod', type: 'closed' });
    expect(await manager.closed).toBeUndefined();
  });

  it('tells that the store refuses the watch, and that it does no more', async () => {
    const { store, config } = await setUp();
    const denied = new ConfigError('permission_denied', 'no watch for you');
    const { watch } = store;
    store.watch = () => {
      throw denied;
    };
    await config.set('a', 1);
    expect((await config.get('a')).int()).toBe(1);
    expect(config.status).toEqual({ namespace: 'prod', type: 'error', error: denied });
    expect(await code(config.load())).toBe('permission_denied');
    store.watch = watch;
    await vi.waitFor(() => expect(config.status?.type).toBe('live'));
  });

  it('ends for who stops reading it, and tells a slow reader the newest', async () => {
    const { store, manager, config } = await setUp();
    {
      await using _ = manager.status();
    }
    await using slow = manager.status();
    await settled(store, config, 'a');
    store.down = away();
    store.cut(away());
    await vi.waitFor(() => expect(config.status?.type).toBe('stale'));
    expect(await slow.next()).toMatchObject({ value: { type: 'stale' } });
    const waiting = slow.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

describe('manager.closed', () => {
  it('tells that the store was closed by someone else', async () => {
    const { store, manager, config } = await setUp();
    await settled(store, config, 'a');
    await store.inner.close();
    expect((await manager.closed)?.code).toBe('closed');
    expect(await code(config.get('a'))).toBe('closed');
  });
});

describe('manager.connect', () => {
  it('goes on without the store if told to, and with it once it is there', async () => {
    const store = new WrappedStore(new MemoryStore());
    let there = false;
    store.connect = async () => {
      if (!there) throw away();
      await store.inner.connect();
    };
    const manager = new Manager({ store, watch: quick });
    closeAtEnd(manager);
    store.down = away();
    expect(await code(manager.connect())).toBe('unavailable');
    await manager.connect({ offline: true });
    expect(await code(manager.namespace('prod').get('a'))).toBe('unavailable');
    there = true;
    store.down = undefined;
    await vi.waitFor(async () => expect((await manager.namespace('prod').set('a', 1)).int()).toBe(1));
    await settled(store, manager.namespace('prod'), 'a');
  });
});

describe('a cache', () => {
  it('serves one manager at a time', async () => {
    const cache = new LruCache();
    const first = new Manager({ store: new MemoryStore(), cache });
    expect(() => new Manager({ store: new MemoryStore(), cache })).toThrow('option cache is in use');
    await first.close();
    closeAtEnd(new Manager({ store: new MemoryStore(), cache }));
  });

  /** Keeps everything, as a file would, in plain data, and counts its openings. */
  class KeptCache extends LruCache {
    log: string[] = [];

    async open(): Promise<void> {
      this.log.push('open');
    }

    async close(): Promise<void> {
      this.log.push('close');
    }

    override set(...[namespace, key, { entry, revision, logId, session }]: Parameters<LruCache['set']>): void {
      super.set(namespace, key, { entry, revision, logId, session });
    }
  }

  it('that is kept serves what it has, marked stale, and never as fresh in another life', async () => {
    const cache = new KeptCache();
    const before = new WrappedStore(new MemoryStore());
    const first = new Manager({ store: before, cache, watch: quick });
    await first.connect();
    await first.namespace('prod').set('a', 'old');
    await settled(before, first.namespace('prod'), 'a');
    await first.close();
    expect(cache.log).toEqual(['open', 'close']);
    expect(cache.get('prod', 'a')).toMatchObject({ revision: 1, logId: expect.stringMatching(/./) });

    const store = new WrappedStore(new MemoryStore());
    const second = new Manager({ store, cache, watch: quick });
    closeAtEnd(second);
    store.down = away();
    await second.connect({ offline: true });
    const config = second.namespace('prod');
    expect(await config.get('a')).toMatchObject({ data: 'old', stale: true });
    store.down = undefined;
    await vi.waitFor(() => expect(config.status?.type).toBe('live'));
    expect(await code(config.get('a'))).toBe('not_found');
    await store.inner.set('prod', 'a', Value.of('new'));
    await vi.waitFor(async () => expect(await config.get('a')).toMatchObject({ data: 'new', stale: false }));
  });
});
