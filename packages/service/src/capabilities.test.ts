import { type Capability, forward, MemoryStore, type Store } from '@cfg/core';
import type { Metadata } from 'nice-grpc-common';
import { beforeEach, expect, it } from 'vitest';
import { allowAll, createConfigService, createInProcessClients } from './index.js';
import { json } from './test/bytes.js';
import { failure, first } from './test/failure.js';
import { fill } from './test/fill.js';

const target = { namespace: 'prod', key: 'a' };

/** A store that can at first only what the contract asks for, and learns, as one in front of a server does. */
let can: Set<Capability>;
let store: Store;
let memory: MemoryStore;

beforeEach(async () => {
  memory = new MemoryStore();
  await memory.connect();
  await fill(memory, 'prod', ['a', 'b']);
  can = new Set();
  store = forward(memory, { features: can });
});

const open = (over: Store = store) => createInProcessClients(createConfigService(over, { guard: allowAll() }));

it('are asked for at each call', async () => {
  const { service, operations } = open();
  const calls: Partial<Record<Capability, () => Promise<unknown>>> = {
    versions: () => service.getVersions(target),
    aliases: () => service.listAliases({}),
    namespaces: () => service.listNamespaces({}),
    cas: () => service.set({ ...target, value: json(1), ifVersion: 1 }),
    tombstones: () => service.list({ namespace: 'prod', includeDeleted: true }),
    revisions: () => first(1, service.watch({ startRevision: 0 })),
    batch: () => operations.batch({ namespace: 'prod', operations: [{ delete: { key: 'b' } }] }),
    restore: () => operations.restore({ ...target, version: 1, dryRun: true }),
    search: () => operations.search({ query: 'ab' }),
    authors: () => service.set({ ...target, value: json(1), comment: 'why' }),
    ttl: () => service.set({ ...target, value: json(1), ttl: { seconds: 60 } }),
    requests: () => service.set({ ...target, value: json(1), requestId: 'r' }),
  };
  for (const [capability, call] of Object.entries(calls)) {
    expect(await failure(call()), capability).toMatchObject({ code: 'UNIMPLEMENTED' });
    can.add(capability as Capability);
    await call();
    can.delete(capability as Capability);
    expect(await failure(call()), capability).toMatchObject({ code: 'UNIMPLEMENTED' });
  }
});

it('are announced as of now', async () => {
  const { service } = open();
  let told = '';
  const ask = async (): Promise<string> => {
    const onHeader = (header: Metadata): void => {
      told = header.get('cfg-features') ?? 'none';
    };
    await service.listCodecs({}, { onHeader });
    return told;
  };
  expect(await ask()).toBe('');
  can.add('ttl');
  expect(await ask()).toBe('ttl');
  can.delete('ttl');
  can.add('revisions');
  expect(await ask()).toBe('revisions');
  for (const more of ['search', 'audit', 'batch', 'versions'] as const) can.add(more);
  expect(await ask()).toBe('revisions batch search audit');
});

it.each<[Capability[], object]>([
  [[], { logId: '', namespaceRevision: 0, oldestRevision: 0 }],
  [['snapshot'], { logId: '', namespaceRevision: 0, oldestRevision: 0 }],
  [['revisions'], {}],
  [['revisions', 'snapshot'], { revision: 2, namespaceRevision: 2, oldestRevision: 0 }],
])('a Snapshot shows what a store with %j has', async (capabilities, shown) => {
  const without = { snapshot: async () => ({ entries: (await memory.find('prod')).entries }) };
  for (const capability of capabilities) can.add(capability);
  const { service } = open(forward(memory, { features: can, ...(can.has('revisions') ? {} : without) }));
  const snapshot = await service.snapshot({ namespace: 'prod' });
  expect(snapshot).toMatchObject(shown);
  expect(snapshot.entries.map(({ key }) => key)).toEqual(['a', 'b']);
  expect(await service.snapshot({ namespace: 'prod', ifNoneMatch: snapshot.etag })).toMatchObject({
    ...shown,
    notModified: true,
  });
});

it('a page tells the revisions of the store', async () => {
  const { service } = open(memory);
  await fill(memory, 'other', ['x']);
  expect(await service.list({ namespace: 'prod' })).toMatchObject({
    revision: 3,
    namespaceRevision: 2,
    oldestRevision: 0,
  });
});

it('reads go back to a revision', async () => {
  const { service } = open(memory);
  await fill(memory, 'prod', ['b', 'a', 'c']);
  await memory.delete('prod', 'b');
  const value = async (atRevision: number): Promise<string> =>
    Buffer.from((await service.get({ ...target, atRevision })).entry?.value ?? []).toString();
  expect([await value(2), await value(4), await value(0)]).toEqual(['0', '1', '1']);
  const keys = async (call: Promise<{ entries: { key: string }[] }>) => (await call).entries.map(({ key }) => key);
  expect(await keys(service.list({ namespace: 'prod', atRevision: 2 }))).toEqual(['a', 'b']);
  expect(await keys(service.snapshot({ namespace: 'prod', atRevision: 5 }))).toEqual(['a', 'b', 'c']);
  expect(await keys(service.snapshot({ namespace: 'prod' }))).toEqual(['a', 'c']);
  const ahead = { code: 'OUT_OF_RANGE', reason: 'REVISION_COMPACTED' };
  expect(await failure(service.get({ ...target, atRevision: 99 }))).toMatchObject(ahead);
  expect(await failure(service.snapshot({ namespace: 'prod', atRevision: 99 }))).toMatchObject(ahead);
  expect(await failure(service.list({ namespace: 'prod', atRevision: -1 }))).toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});
