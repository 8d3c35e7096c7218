import { MemoryStore } from '@cfg/core';
import type { ConfigServiceDefinition, SetRequest } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowAll, createConfigService } from './index.js';
import { json } from './test/bytes.js';
import { type Door, doors, type OpenDoor } from './test/doors.js';
import { failure } from './test/failure.js';
import { plainStore } from './test/plain-store.js';

describe.each(doors)('Get, Set and Delete through $name', ({ open }) => {
  let store: MemoryStore;
  let door: OpenDoor;
  let client: Client<ConfigServiceDefinition>;
  const set = (key: string, value: unknown, more: Partial<SetRequest> = {}) =>
    client.set({ namespace: 'prod', key, value: json(value), ...more });

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    door = await open(createConfigService(store, { guard: allowAll(), maxValueBytes: 100 }));
    client = door.client;
  });

  afterEach(async () => {
    await door[Symbol.asyncDispose]();
    await store.close();
  });

  it('writes and reads an entry', async () => {
    const { entry: written } = await set('app/timeout', 30);
    const { entry } = await client.get({ namespace: 'prod', key: 'app/timeout' });
    expect(entry).toMatchObject({
      namespace: 'prod',
      key: 'app/timeout',
      codec: 'json',
      type: 1,
      version: 1,
      revision: 1,
    });
    expect(Buffer.from(entry?.value ?? []).toString()).toBe('30');
    expect(entry?.createdAt?.seconds).toBeGreaterThan(1_700_000_000);
    expect(entry).toEqual(written);
  });

  it('says what is missing', async () => {
    expect(await failure(client.get({ namespace: 'prod', key: 'a' }))).toEqual({
      code: 'NOT_FOUND',
      message: 'key not found: prod/a',
      reason: 'NOT_FOUND',
      metadata: {},
    });
    expect(await failure(client.delete({ namespace: 'prod', key: 'a' }))).toMatchObject({ reason: 'NOT_FOUND' });
    expect(await failure(client.get({ key: 'a' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'namespace is required',
      reason: undefined,
    });
    expect(await failure(client.get({ namespace: 'prod' }))).toMatchObject({ message: 'key is required' });
  });

  it('keeps the write modes', async () => {
    await set('a', 1, { writeMode: 2 });
    expect(await failure(set('a', 1, { writeMode: 2 }))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'KEY_EXISTS',
    });
    expect(await failure(set('b', 1, { writeMode: 3 }))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await set('a', 2, { writeMode: 3 })).entry?.version).toBe(2);
    expect((await set('a', 3, { writeMode: 1 })).entry?.version).toBe(3);
    expect(await failure(set('a', 1, { writeMode: 9 as never }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'unknown write mode 9',
    });
  });

  it('compares and sets, and deletes', async () => {
    await set('a', 1, { ifVersion: 0 });
    expect(await failure(set('a', 2, { ifVersion: 0 }))).toMatchObject({
      code: 'ABORTED',
      reason: 'VERSION_MISMATCH',
      metadata: { current_version: '1' },
    });
    expect((await set('a', 2, { ifVersion: 1 })).entry?.version).toBe(2);
    expect(await failure(client.delete({ namespace: 'prod', key: 'a', ifVersion: 1 }))).toMatchObject({
      metadata: { current_version: '2' },
    });
    expect(await client.delete({ namespace: 'prod', key: 'a', ifVersion: 2 })).toEqual({});
    expect(await failure(set('a', 2, { ifVersion: -1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('answers a repeated write as the first one', async () => {
    const first = await set('a', 1, { requestId: 'r1' });
    expect(await set('a', 1, { requestId: 'r1' })).toEqual(first);
    await client.delete({ namespace: 'prod', key: 'a', requestId: 'r2' });
    expect(await client.delete({ namespace: 'prod', key: 'a', requestId: 'r2' })).toEqual({});
    expect(await failure(set('a', 1, { requestId: 'r'.repeat(257) }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('lets entries expire', async () => {
    const { entry } = await set('a', 1, { ttl: { seconds: 60, nanos: 500_000_000 } });
    const { updatedAt, expiresAt } = entry ?? {};
    const ms = (time = updatedAt): number => (time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
    expect(ms(expiresAt) - ms()).toBe(60_500);
    expect((await set('a', 1)).entry?.expiresAt).toEqual(expiresAt);
    expect((await set('a', 1, { ttl: { seconds: 0, nanos: 0 } })).entry?.expiresAt).toBeUndefined();
    for (const ttl of [
      { seconds: -1, nanos: 0 },
      { seconds: 0, nanos: -1 },
      { seconds: 1e15, nanos: 0 },
    ]) {
      expect(await failure(set('a', 1, { ttl }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('types values by their codec, and refuses those that are not what they say', async () => {
    const typeOf = async (codec: string, bytes: string): Promise<number | undefined> =>
      (await set('a', 0, { codec, value: Buffer.from(bytes) })).entry?.type;
    expect(await typeOf('json', '0.5')).toBe(2);
    expect(await typeOf('', '"x"')).toBe(3);
    expect(await typeOf('yaml', 'a: 1')).toBe(11);
    expect(await typeOf('secret', 'hunter2')).toBe(12);
    expect(await typeOf('client:encrypted:json', '\0')).toBe(11);
    expect(await failure(typeOf('json', '{'))).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_VALUE' });
    expect(await failure(typeOf('json', ''))).toMatchObject({ reason: 'INVALID_VALUE' });
    expect(await failure(typeOf('json', 'null'))).toMatchObject({ reason: 'INVALID_VALUE' });
  });

  it('takes values up to the limit', async () => {
    await set('a', 0, { codec: 'raw', value: Buffer.alloc(100) });
    expect(await failure(set('a', 0, { codec: 'raw', value: Buffer.alloc(101) }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'value size 101 exceeds maximum allowed size 100',
      reason: undefined,
    });
  });

  it('refuses names out of the rules', async () => {
    expect(await failure(set('a..b', 1))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'invalid key: a..b - key cannot contain path traversal (..)',
      reason: 'INVALID_KEY',
    });
    expect(await failure(client.get({ namespace: '-x', key: 'a' }))).toMatchObject({ reason: 'INVALID_NAMESPACE' });
  });
});

describe('a store that can less', () => {
  const socket = doors[0] as Door;
  const target = { namespace: 'prod', key: 'a', value: json(1) };

  it('is not asked for what it lacks', async () => {
    await using store = await plainStore();
    await using door = await socket.open(createConfigService(store, { guard: allowAll() }));
    const { client } = door;
    for (const [field, request] of Object.entries({
      if_version: { ...target, ifVersion: 0 },
      ttl: { ...target, ttl: { seconds: 1 } },
      request_id: { ...target, requestId: 'x' },
    })) {
      const { code, message } = await failure(client.set(request));
      expect(code).toBe('UNIMPLEMENTED');
      expect(message).toContain(field);
    }
    expect(await failure(client.delete({ ...target, ifVersion: 1 }))).toMatchObject({ code: 'UNIMPLEMENTED' });
    expect((await client.set(target)).entry?.version).toBe(1);
  });

  it('may take only some codecs', async () => {
    await using store = await plainStore(['codecs'], { supportsCodec: (name) => name === 'json' });
    await using door = await socket.open(createConfigService(store, { guard: allowAll() }));
    expect((await door.client.set(target)).entry?.codec).toBe('json');
    expect(await failure(door.client.set({ ...target, codec: 'yaml' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'CODEC_NOT_FOUND',
    });
  });
});
