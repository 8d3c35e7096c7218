import { MemoryStore } from '@cfg/core';
import { ChangeType, ConfigServiceDefinition, featuresHeader, WatchResponse } from '@cfg/proto';
import { createChannel, createClient, type Metadata } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowAll, createConfigService, type Guard } from './index.js';
import { json } from './test/bytes.js';
import { doors, type OpenDoor, serve } from './test/doors.js';
import { failure, first } from './test/failure.js';
import { fill } from './test/fill.js';
import { plainStore } from './test/plain-store.js';
import { vanishingCall } from './test/raw-call.js';

const seen = (events: WatchResponse[]): string[] =>
  events.map(({ type, entry, revision }) => `${type} ${entry?.key ?? '-'} ${revision}`);

/** Begins to read a watch, and answers when the server sees it. */
async function begun(
  watch: (options: { onHeader(header: Metadata): void }) => AsyncIterable<WatchResponse>,
): Promise<{ events: AsyncIterator<WatchResponse>; next: Promise<IteratorResult<WatchResponse>>; features: string }> {
  const header = Promise.withResolvers<string>();
  const stream = watch({ onHeader: (fields) => header.resolve(fields.get(featuresHeader) ?? 'none') });
  const events = stream[Symbol.asyncIterator]();
  const next = events.next();
  next.catch(header.reject);
  return { events, next, features: await header.promise };
}

describe.each(doors)('Watch through $name', ({ open }) => {
  let store: MemoryStore;
  let door: OpenDoor;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    door = await open(createConfigService(store, { guard: allowAll(), maxWatchFilters: 3 }));
  });

  afterEach(async () => {
    await door[Symbol.asyncDispose]();
    await store.close();
  });

  it('sees the changes that match from when the headers have come', async () => {
    const { events, next, features } = await begun((options) =>
      door.client.watch({ namespaces: ['prod'], prefixes: ['app/'] }, options),
    );
    expect(features).toBe('revisions cas ttl requests tombstones batch restore authors search audit');
    await fill(store, 'prod', ['app/a', 'other']);
    await fill(store, 'test', ['app/a']);
    await store.setAlias('x', 'app/a');
    await store.deleteAlias('x');
    await store.delete('prod', 'app/a');
    const got = [await next, await events.next(), await events.next(), await events.next()].map(({ value }) => value);
    expect(seen(got)).toEqual(['1 app/a 1', '3 x 4', '4 x 5', '2 app/a 6']);
    const [set, aliasSet, aliasDelete, deleted] = got;
    expect(set.entry).toMatchObject({ namespace: 'prod', codec: 'json', type: 1, version: 1, revision: 1 });
    expect(aliasSet.entry).toMatchObject({ namespace: '', codec: 'json', type: 3, version: 1 });
    expect(Buffer.from(aliasSet.entry.value).toString()).toBe('"app/a"');
    const bare = { codec: '', type: 0, version: 0, revision: 0, createdAt: undefined, deleted: false };
    expect(aliasDelete.entry).toMatchObject({ ...bare, namespace: '' });
    expect(deleted.entry).toMatchObject({ ...bare, namespace: 'prod' });
    await events.return?.();
  });

  it('replays from a revision and goes on live', async () => {
    const { logId } = await store.revision();
    await fill(store, 'prod', ['a', 'b', 'c']);
    const request = { startRevision: 1, logId, progress: true };
    const events = door.client.watch(request)[Symbol.asyncIterator]();
    const replayed = [await events.next(), await events.next(), await events.next()].map(({ value }) => value);
    expect(seen(replayed)).toEqual(['1 b 2', '1 c 3', '100 - 3']);
    expect(replayed[2]).toMatchObject({ type: ChangeType.CHANGE_TYPE_PROGRESS, logId });
    const next = events.next();
    await fill(store, 'prod', ['d']);
    expect(seen([(await next).value])).toEqual(['1 d 4']);
    await events.return?.();
  });

  it('says where it cannot resume, and what it cannot mean', async () => {
    const fails = (request: object) => failure(first(1, door.client.watch(request)));
    const compacted = { code: 'OUT_OF_RANGE', reason: 'REVISION_COMPACTED', metadata: { oldest_revision: '0' } };
    expect(await fails({ startRevision: 7 })).toMatchObject(compacted);
    expect(await fails({ startRevision: 0, logId: 'another' })).toMatchObject(compacted);
    expect(await fails({ startRevision: -1 })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await fails({ namespaces: ['-x'] })).toMatchObject({ reason: 'INVALID_NAMESPACE' });
    const four = ['a', 'b', 'c', 'd'];
    const tooMany = (what: string) => ({ code: 'INVALID_ARGUMENT', message: `too many ${what} (max 3, got 4)` });
    expect(await fails({ namespaces: four })).toMatchObject(tooMany('namespaces'));
    expect(await fails({ prefixes: four })).toMatchObject(tooMany('prefixes'));
  });

  it('never ends well', async () => {
    const { next } = await begun((options) => door.client.watch({}, options));
    await store.close();
    expect(await failure(next)).toMatchObject({ code: 'UNAVAILABLE', reason: 'STORE_CLOSED' });
  });

  it('is let go when its reader leaves, aborts or is done', async () => {
    const streams = vi.spyOn(store, 'watch');
    const { events, next } = await begun((options) => door.client.watch({}, options));
    const aborter = new AbortController();
    const aborted = await begun((options) => door.client.watch({}, { ...options, signal: aborter.signal }));
    await fill(store, 'prod', ['a']);
    await next;
    await aborted.next;
    const pending = aborted.events.next();
    aborter.abort();
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    await events.return?.();
    for (const { value } of streams.mock.results) {
      // A stream that was let go is done.
      await vi.waitFor(async () => expect(await Promise.race([value.next(), 'open'])).toMatchObject({ done: true }));
    }
  });
});

it('shows alias changes to those who may list', async () => {
  const store = new MemoryStore();
  await store.connect();
  const guard: Guard = { ...allowAll(), authorize: (_identity, action) => ({ allowed: action !== 'list' }) };
  for (const { open } of doors) {
    await using door = await open(createConfigService(store, { guard }));
    const { events, next } = await begun((options) => door.client.watch({}, options));
    await store.setAlias('x', 'a');
    await store.deleteAlias('x');
    await fill(store, 'prod', ['b']);
    expect((await next).value.entry.key).toBe('b');
    await events.return?.();
  }
});

it('tells the last change that its caller may see of a write as the last', async () => {
  const store = new MemoryStore();
  await store.connect();
  const guard: Guard = {
    ...allowAll(),
    authorize: async (_identity, action, { key }) => ({ allowed: action !== 'read' || key !== 'hidden' }),
  };
  const operations = ['a', 'hidden', 'b', 'hidden'].map((key) => ({
    type: 'set' as const,
    key,
    value: { bytes: json(1), codec: 'json', type: 'int' as const },
  }));
  await store.batch('prod', operations);
  await store.batch('prod', operations.slice(1, 3));
  for (const { open } of doors) {
    await using door = await open(createConfigService(store, { guard }));
    const seen = await first(3, door.client.watch({ startRevision: 0 }));
    expect(seen.map(({ entry, more }) => [entry?.key, more])).toEqual([
      ['a', true],
      ['b', false],
      ['b', false],
    ]);
  }
  await store.close();
});

it('watches a store without revisions, and does not pretend', async () => {
  await using store = await plainStore();
  await using door = await serve(createConfigService(store, { guard: allowAll() }));
  const { next, features } = await begun((options) => door.client.watch({}, options));
  expect(features).toBe('');
  await fill(store, 'prod', ['a']);
  expect((await next).value.entry.key).toBe('a');
  for (const request of [{ startRevision: 0 }, { progress: true }]) {
    expect(await failure(first(1, door.client.watch(request)))).toMatchObject({ code: 'UNIMPLEMENTED' });
  }
});

it('encodes a change once for all its watchers', async () => {
  const store = new MemoryStore();
  await store.connect();
  await using door = await serve(createConfigService(store, { guard: allowAll() }));
  const watchers = await Promise.all(
    Array.from({ length: 50 }, () => begun((options) => door.client.watch({ namespaces: ['prod'] }, options))),
  );
  const encode = vi.spyOn(WatchResponse, 'encode');
  await fill(store, 'prod', ['a']);
  for (const { next } of watchers) expect((await next).value.entry.key).toBe('a');
  expect(encode).toHaveBeenCalledTimes(1);
  encode.mockRestore();
});

it('keeps nothing for a reader that does not read, and others go on', async () => {
  const store = new MemoryStore({ logLimit: 20_000 });
  await store.connect();
  const service = createConfigService(store, { guard: allowAll() });
  await using door = await serve(service);
  // A receive window that fills up soon, and stays full while nothing is read.
  const channel = createChannel(door.address, undefined, { 'grpc-node.flow_control_window': 65_535 });
  const slow = await begun((options) =>
    createClient(ConfigServiceDefinition, channel).watch({ namespaces: ['prod'] }, options),
  );
  const quick = await begun((options) => door.client.watch({ namespaces: ['prod'] }, options));
  const value = { bytes: Buffer.alloc(1_000), codec: 'raw', type: 'custom' } as const;
  const count = 3_000;
  for (let i = 0; i < count; i += 1) await store.set('prod', `k${i}`, value);
  const revisions = async ({ events, next }: typeof slow): Promise<number[]> => {
    const got = [(await next).value.revision];
    while (got.length < count) got.push((await events.next()).value.revision);
    return got;
  };
  const all = Array.from({ length: count }, (_, i) => i + 1);
  expect(await revisions(quick)).toEqual(all);
  expect(await revisions(slow)).toEqual(all);
  channel.close();
});

it('lets go of the watch of a client that vanishes', async () => {
  const store = new MemoryStore();
  await store.connect();
  const streams = vi.spyOn(store, 'watch');
  await using door = await serve(createConfigService(store, { guard: allowAll() }));
  await vanishingCall(door.port, ConfigServiceDefinition.watch.path, new Uint8Array(0));
  const stream = streams.mock.results[0]?.value;
  await vi.waitFor(async () => expect(await Promise.race([stream.next(), 'open'])).toMatchObject({ done: true }));
});
