import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../errors.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { WrappedStore, type WrappedStoreOptions } from '../test/wrapped-store.js';
import { Value } from '../value.js';
import { Manager } from './manager.js';
import type { Namespace } from './namespace.js';
import type { ManagerOptions } from './options.js';

const quick = { initialBackoffMs: 1, maxBackoffMs: 4 };
const away = (): ConfigError => new ConfigError('unavailable', 'the store is away');

const open: Manager[] = [];
afterEach(async () => {
  for (const manager of open.splice(0)) await manager.close();
});

async function setUp(options: Partial<ManagerOptions> & WrappedStoreOptions = {}): Promise<{
  store: WrappedStore;
  manager: Manager;
  config: Namespace;
}> {
  const store = new WrappedStore(new MemoryStore(), options);
  const manager = new Manager({ store, watch: quick, ...options });
  open.push(manager);
  await manager.connect();
  return { store, manager, config: manager.namespace('prod') };
}

/** Reads until answers come from memory. */
async function settled(store: WrappedStore, config: Namespace, key: string): Promise<void> {
  await vi.waitFor(async () => {
    const before = store.calls.get;
    await config.get(key).catch(() => {});
    expect(store.calls.get).toBe(before);
  });
}

const code = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => 'none',
    (error: ConfigError) => error.code,
  );

describe.each([{ plain: false }, { plain: true }])('Manager over a store (without revisions: $plain)', ({ plain }) => {
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
});

describe('Manager', () => {
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

  it('tells a watch of the app what it cannot resume', async () => {
    const { config, store } = await setUp({ plain: true });
    const changes = config.watch();
    await config.set('a', 1);
    await changes.next();
    store.cut(away());
    expect(await code(changes.next())).toBe('unavailable');
    const foreign = (await setUp()).config.watch({ startRevision: 7 });
    expect(await code(foreign.next())).toBe('revision_compacted');
  });

  it('begins anew when the log no longer has what it missed', async () => {
    const store = new WrappedStore(new MemoryStore({ logLimit: 3 }));
    const manager = new Manager({ store, watch: quick });
    open.push(manager);
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
    open.push(manager);
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
      open.push(manager);
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

  it('learns the aliases later if it cannot at once', async () => {
    const store = new WrappedStore(new MemoryStore());
    await store.inner.connect();
    await store.inner.setAlias('short', 'a/long/one');
    const manager = new Manager({ store, watch: quick });
    open.push(manager);
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
