import { MemoryStore } from '@cfg/core';
import { ConfigServiceDefinition, featuresHeader } from '@cfg/proto';
import { createChannel, createClient, createServer, Metadata } from 'nice-grpc';
import { Status } from 'nice-grpc-common';
import { HealthDefinition } from 'nice-grpc-server-health';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowAll, type ConfigService, type ConfigServiceOptions, createConfigService } from './index.js';
import { json } from './test/bytes.js';
import { type Running, serve } from './test/doors.js';
import { failure, first } from './test/failure.js';
import { rawCall } from './test/raw-call.js';
import { tokenGuard } from './test/token-guard.js';

const target = { namespace: 'prod', key: 'a' };
const noBytes = new Uint8Array(0);

describe('a server with the service', () => {
  let store: MemoryStore;
  let service: ConfigService;
  let door: Running;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    service = createConfigService(store, { guard: tokenGuard() });
    door = await serve(service);
  });

  afterEach(async () => {
    await door[Symbol.asyncDispose]();
    await store.close();
  });

  const ann = { metadata: Metadata({ authorization: 'Bearer ann' }) };
  const health = () => createClient(HealthDefinition, createChannel(door.address));

  it('announces its features with every reply, errors too', async () => {
    const headers: (string | undefined)[] = [];
    const onHeader = (header: Metadata): void => void headers.push(header.get(featuresHeader));
    await door.client.set({ ...target, value: json(1) }, { ...ann, onHeader });
    await failure(door.client.get({ ...target, key: 'none' }, { ...ann, onHeader }));
    await failure(door.client.get(target, { onHeader }));
    await first(1, door.client.watch({ startRevision: 0 }, { ...ann, onHeader }));
    await failure(first(1, door.client.watch({}, { onHeader })));
    expect(headers).toEqual(Array(5).fill('revisions cas ttl requests tombstones batch restore authors search audit'));
  });

  it.each(Object.values(ConfigServiceDefinition))(
    'answers malformed bytes for $path with INVALID_ARGUMENT',
    async ({ path }) => {
      const guarded = createConfigService(store, { guard: allowAll() });
      await using open = await serve(guarded);
      const got = await rawCall(open.address, path, Buffer.from('Cv8=', 'base64'));
      expect(got.code).toBe(Status.INVALID_ARGUMENT);
      expect(got.message).toMatch(/^malformed request: ./);
      // Who may not call learns nothing about the request.
      expect((await rawCall(door.address, path, Buffer.from('Cv8=', 'base64'))).code).toBe(Status.UNAUTHENTICATED);
    },
  );

  it('refuses numbers that it cannot hold', async () => {
    await using open = await serve(createConfigService(store, { guard: allowAll() }));
    // GetVersions with version = 2^53.
    const request = Buffer.from([0x0a, 1, 0x61, 0x12, 1, 0x61, 0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    const got = await rawCall(open.address, ConfigServiceDefinition.getVersions.path, request);
    expect(got.code).toBe(Status.INVALID_ARGUMENT);
  });

  it('answers an unknown method', async () => {
    expect((await rawCall(door.address, '/config.v1.ConfigService/Nope', noBytes)).code).toBe(Status.UNIMPLEMENTED);
  });

  it('answers health checks without a credential', async () => {
    for (const name of ['', 'config.v1.ConfigService', 'config.v1.ConfigOperations']) {
      expect((await health().check({ service: name })).status).toBe(1);
    }
    expect(await failure(health().check({ service: 'other' }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('describes itself by reflection', async () => {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const ask = (field: number, text: string) =>
      rawCall(door.address, path, Buffer.from([field * 8 + 2, text.length, ...Buffer.from(text)]), 'Bearer ann');
    // Field 7 asks for the names, field 4 for the file that says what a name is.
    const names = (await ask(7, '')).response?.toString('latin1');
    expect(names).toContain('config.v1.ConfigService');
    expect(names).toContain('config.v1.ConfigOperations');
    expect(names).toContain('grpc.health.v1.Health');
    expect((await ask(4, 'grpc.health.v1.Health')).response?.toString('latin1')).toContain('HealthCheckRequest');
    expect((await ask(4, 'config.v1.ConfigService')).response?.toString('latin1')).toContain('SnapshotRequest');
  });

  it('drains: watches end with UNAVAILABLE, calls go on, health says so', async () => {
    const opened = Promise.withResolvers<void>();
    const options = { ...ann, onHeader: () => opened.resolve() };
    const watching = failure(first(1, door.client.watch({}, options)));
    const statuses: number[] = [];
    const healthy = Promise.withResolvers<void>();
    const ended = (async () => {
      for await (const { status } of health().watch({ service: '' })) {
        statuses.push(status);
        healthy.resolve();
      }
    })();
    await Promise.all([opened.promise, healthy.promise]);
    service.drain();
    service.drain();
    expect(await watching).toMatchObject({ code: 'UNAVAILABLE', message: 'the server is going down' });
    expect(await failure(ended)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(statuses).toEqual([1, 2]);
    expect((await health().check({ service: '' })).status).toBe(2);
    expect(await failure(first(1, door.client.watch({}, ann)))).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await door.client.set({ ...target, value: json(1) }, ann)).entry?.version).toBe(1);
    await door.server.shutdown();
  });

  it('says that its store is not there', async () => {
    await store.close();
    expect(await failure(door.client.get(target, ann))).toMatchObject({ code: 'UNAVAILABLE', reason: 'STORE_CLOSED' });
    await using fresh = await serve(createConfigService(new MemoryStore(), { guard: allowAll() }));
    expect(await failure(fresh.client.get(target))).toMatchObject({ reason: 'STORE_NOT_CONNECTED' });
  });

  it('keeps what a store fails with to itself, and logs it', async () => {
    const error = vi.fn();
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
    await using open = await serve(createConfigService(store, { guard: allowAll(), logger }), createServer());
    const cause = new Error('disk at /var/lib/secret is full');
    vi.spyOn(store, 'get').mockRejectedValue(cause);
    expect(await failure(open.client.get(target))).toEqual({
      code: 'INTERNAL',
      message: 'internal error',
      reason: undefined,
      metadata: {},
    });
    expect(error).toHaveBeenCalledWith({ err: cause, method: '/config.v1.ConfigService/Get' }, 'call failed');
  });

  it('refuses an answer that no peer takes', async () => {
    await using open = await serve(createConfigService(store, { guard: allowAll() }));
    const value = { bytes: Buffer.alloc(1 << 20), codec: 'raw', type: 'custom' } as const;
    for (let i = 0; i < 65; i += 1) await store.set('large', `k${i}`, value);
    expect(await failure(open.client.snapshot({ namespace: 'large' }))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(await failure(open.client.list({ namespace: 'large' }))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });
});

describe('options', () => {
  const store = new MemoryStore();

  it.each([
    ['maxValueBytes', 0],
    ['maxSnapshotEntries', -1],
    ['maxWatchFilters', 1.5],
    ['namespacePageSize', Number.NaN],
    ['maxNamespacePageSize', '500'],
    ['statsCacheMs', -1],
    ['guardTimeoutMs', Number.POSITIVE_INFINITY],
    ['snapshotCacheBytes', -1],
    ['guard', {}],
  ])('names %s where it is %s', (name, value) => {
    const options = { [name]: value } as ConfigServiceOptions;
    expect(() => createConfigService(store, options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => createConfigService(store, options)).toThrow(name);
  });

  it('wants a store', () => {
    expect(() => createConfigService(undefined as never)).toThrow(/store/);
  });
});
