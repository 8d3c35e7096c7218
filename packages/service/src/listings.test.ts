import { createHash } from 'node:crypto';
import { MemoryStore, type Store } from '@cfg/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowAll, type ConfigServiceOptions, createConfigService, type Guard } from './index.js';
import { json } from './test/bytes.js';
import { doors, type OpenDoor } from './test/doors.js';
import { failure } from './test/failure.js';
import { fill } from './test/fill.js';
import { plainStore } from './test/plain-store.js';

const keysOf = ({ entries }: { entries: { key: string }[] }): string[] => entries.map(({ key }) => key);

describe.each(doors)('listings through $name', ({ open }) => {
  let opened: OpenDoor[];
  const clientOf = async (store: Store, options: ConfigServiceOptions = {}) => {
    const door = await open(createConfigService(store, { guard: allowAll(), ...options }));
    opened.push(door);
    return door.client;
  };
  const memory = async (): Promise<MemoryStore> => {
    const store = new MemoryStore();
    await store.connect();
    return store;
  };

  beforeEach(() => {
    opened = [];
  });

  afterEach(async () => {
    for (const door of opened) await door[Symbol.asyncDispose]();
  });

  it('lists by prefix, page by page, in key order', async () => {
    const store = await memory();
    await fill(store, 'prod', ['b/1', 'a/2', 'a/1', 'a/3']);
    const client = await clientOf(store);
    const { logId } = await store.revision();
    expect(keysOf(await client.list({ namespace: 'prod' }))).toEqual(['a/1', 'a/2', 'a/3', 'b/1']);
    const first = await client.list({ namespace: 'prod', prefix: 'a/', limit: 2 });
    expect(keysOf(first)).toEqual(['a/1', 'a/2']);
    expect(first).toMatchObject({ revision: 4, logId });
    const rest = await client.list({ namespace: 'prod', prefix: 'a/', limit: 2, cursor: first.nextCursor });
    expect(keysOf(rest)).toEqual(['a/3']);
    expect(rest.nextCursor).toBe('');
    expect(await client.list({ namespace: 'nobody' })).toMatchObject({ entries: [], nextCursor: '' });
  });

  it('lists tombstones when asked', async () => {
    const store = await memory();
    await fill(store, 'prod', ['a', 'b']);
    await store.delete('prod', 'a');
    const client = await clientOf(store);
    expect(keysOf(await client.list({ namespace: 'prod' }))).toEqual(['b']);
    const { entries } = await client.list({ namespace: 'prod', includeDeleted: true });
    expect(entries.map(({ key, deleted, version }) => [key, deleted, version])).toEqual([
      ['a', true, 1],
      ['b', false, 1],
    ]);
  });

  it('refuses bad pages, and never cuts a whole answer', async () => {
    const store = await memory();
    await fill(store, 'prod', ['a', 'b', 'c', 'd']);
    const client = await clientOf(store, { maxSnapshotEntries: 3 });
    expect(await failure(client.list({ namespace: 'prod', limit: -1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await failure(client.list({ namespace: 'prod', cursor: 'zzz' }))).toMatchObject({
      reason: 'INVALID_CURSOR',
    });
    expect(await failure(client.list({}))).toMatchObject({ message: 'namespace is required' });
    expect(await failure(client.list({ namespace: 'prod' }))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(await failure(client.snapshot({ namespace: 'prod' }))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    const page = await client.list({ namespace: 'prod', limit: 100 });
    expect(page.entries).toHaveLength(3);
    expect(page.nextCursor).not.toBe('');
  });

  it('gives versions, newest first, and one version', async () => {
    const store = await memory();
    await fill(store, 'prod', ['a', 'a', 'a']);
    await store.delete('prod', 'a');
    await fill(store, 'prod', ['a']);
    const client = await clientOf(store);
    const versions = ({ entries }: { entries: { version: number; deleted: boolean }[] }) =>
      entries.map(({ version, deleted }) => (deleted ? -version : version));
    const target = { namespace: 'prod', key: 'a' };
    expect(versions(await client.getVersions(target))).toEqual([4, 3, 2, 1]);
    expect(versions(await client.getVersions({ ...target, includeDeleted: true }))).toEqual([4, -3, 3, 2, 1]);
    const page = await client.getVersions({ ...target, limit: 3 });
    expect(versions(page)).toEqual([4, 3, 2]);
    expect(page.limit).toBe(3);
    expect(versions(await client.getVersions({ ...target, cursor: page.nextCursor }))).toEqual([1]);
    const one = await client.getVersions({ ...target, version: 2 });
    expect(versions(one)).toEqual([2]);
    expect(one.limit).toBe(1);
    expect(await failure(client.getVersions({ ...target, version: 99 }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'VERSION_NOT_FOUND',
    });
    expect(await failure(client.getVersions({ ...target, version: -1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await failure(client.getVersions({ ...target, limit: -1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await failure(client.getVersions({ namespace: 'prod', key: 'x' }))).toMatchObject({ reason: 'NOT_FOUND' });
  });

  it('lists namespaces by pages that are filled with what the caller may read', async () => {
    const store = await memory();
    for (const name of ['a', 'b', 'hidden:1', 'hidden:2', 'p1', 'p2']) await fill(store, name, ['k']);
    const guard: Guard = {
      ...allowAll(),
      authorize: (_identity, action, { namespace }) => ({
        allowed: action === 'list' || !namespace.startsWith('hidden:'),
      }),
    };
    const client = await clientOf(store, { guard, namespacePageSize: 3, maxNamespacePageSize: 4 });
    const first = await client.listNamespaces({});
    expect(first.namespaces).toEqual(['a', 'b', 'p1']);
    expect(await client.listNamespaces({ cursor: first.nextCursor })).toEqual({ namespaces: ['p2'], nextCursor: '' });
    expect((await client.listNamespaces({ limit: 501 })).namespaces).toEqual(['a', 'b', 'p1', 'p2']);
    expect((await client.listNamespaces({ prefix: 'p', limit: 1 })).namespaces).toEqual(['p1']);
    expect(await failure(client.listNamespaces({ limit: -1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await failure(client.listNamespaces({ cursor: '!!!' }))).toMatchObject({ reason: 'INVALID_CURSOR' });
  });

  it('lists the namespaces of a store that only has statistics, and warns once', async () => {
    const read = vi.fn();
    const plain = await plainStore(['stats'], {
      stats: async () => {
        read();
        return { namespaces: new Map(['c', 'a', 'b', ''].map((name) => [name, 1])) };
      },
    });
    const warn = vi.fn();
    const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
    const client = await clientOf(plain, { logger });
    const pages = await Promise.all([client.listNamespaces({ limit: 2 }), client.listNamespaces({ limit: 2 })]);
    expect(pages[0]).toEqual(pages[1]);
    expect(pages[0]?.namespaces).toEqual(['a', 'b']);
    const rest = await client.listNamespaces({ limit: 2, cursor: pages[0]?.nextCursor });
    expect(rest).toEqual({ namespaces: ['c'], nextCursor: '' });
    expect(read).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('says what a store cannot list', async () => {
    const client = await clientOf(await plainStore());
    const target = { namespace: 'prod', key: 'a' };
    expect(await failure(client.listNamespaces({}))).toMatchObject({ code: 'UNIMPLEMENTED' });
    expect(await failure(client.listAliases({}))).toMatchObject({ code: 'UNIMPLEMENTED', reason: undefined });
    expect(await failure(client.list({ ...target, includeDeleted: true }))).toMatchObject({ code: 'UNIMPLEMENTED' });
    expect(await failure(client.getVersions(target))).toMatchObject({
      code: 'UNIMPLEMENTED',
      reason: 'VERSIONING_NOT_SUPPORTED',
    });
  });

  it('keeps aliases', async () => {
    const client = await clientOf(await memory());
    await client.set({ namespace: 'prod', key: 'taken', value: json(1) });
    const { alias } = await client.setAlias({ alias: 'tmo', target: 'app/timeout' });
    expect(alias).toMatchObject({ alias: 'tmo', target: 'app/timeout', version: 1 });
    await client.setAlias({ alias: 'a', target: 'app/name' });
    expect((await client.getAlias({ alias: 'tmo' })).alias).toEqual(alias);
    expect((await client.listAliases({})).aliases.map((one) => one.alias)).toEqual(['a', 'tmo']);
    expect(await failure(client.setAlias({ alias: 'tmo', target: 'x' }))).toMatchObject({ reason: 'ALIAS_EXISTS' });
    expect(await failure(client.setAlias({ alias: 'taken', target: 'x' }))).toMatchObject({ reason: 'ALIAS_EXISTS' });
    expect(await failure(client.setAlias({ alias: 's', target: 's' }))).toMatchObject({ reason: 'ALIAS_SELF' });
    expect(await failure(client.setAlias({ alias: 'c', target: 'tmo' }))).toMatchObject({ reason: 'ALIAS_CHAIN' });
    expect(await failure(client.setAlias({ alias: 'b', target: 'a b' }))).toMatchObject({ reason: 'INVALID_KEY' });
    expect(await failure(client.setAlias({ alias: 'b' }))).toMatchObject({ message: 'target is required' });
    expect(await failure(client.setAlias({ target: 'b' }))).toMatchObject({ message: 'alias is required' });
    expect(await client.deleteAlias({ alias: 'tmo' })).toEqual({});
    expect(await failure(client.getAlias({ alias: 'tmo' }))).toMatchObject({ code: 'NOT_FOUND', reason: 'NOT_FOUND' });
  });

  it('takes snapshots with an ETag', async () => {
    for (const store of [await memory(), await plainStore()]) {
      await fill(store, 'prod', ['b', 'a', 'a']);
      const client = await clientOf(store);
      const taken = await client.snapshot({ namespace: 'prod' });
      expect(keysOf(taken)).toEqual(['a', 'b']);
      expect(taken.etag).toBe(createHash('sha256').update('a:2\nb:1\n').digest('hex'));
      expect(taken.notModified).toBe(false);
      const again = await client.snapshot({ namespace: 'prod', ifNoneMatch: taken.etag });
      expect(again).toMatchObject({ entries: [], etag: taken.etag, notModified: true });
      const empty = await client.snapshot({ namespace: 'nobody' });
      expect(empty).toMatchObject({ entries: [], etag: createHash('sha256').digest('hex'), notModified: false });
      expect(await failure(client.snapshot({}))).toMatchObject({ message: 'namespace is required' });
    }
  });

  it('lists codecs', async () => {
    const client = await clientOf(await memory());
    expect(await client.listCodecs({})).toEqual({ codecs: ['json', 'secret', 'toml', 'yaml'] });
  });
});
