import { MemoryStore } from '@cfg/core';
import type { Entry, WatchResponse } from '@cfg/proto';
import { ClientError, Metadata } from 'nice-grpc-common';
import { RichClientError } from 'nice-grpc-error-details';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  allowAll,
  type ConfigService,
  createConfigService,
  createInProcessClient,
  type GuardContext,
} from './index.js';
import { json } from './test/bytes.js';
import { type Running, serve } from './test/doors.js';
import { failure } from './test/failure.js';
import { fill } from './test/fill.js';

const target = { namespace: 'prod', key: 'a' };

describe('createInProcessClient', () => {
  let store: MemoryStore;
  let service: ConfigService;
  const asked: GuardContext[] = [];

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    asked.length = 0;
    const authenticate = (context: GuardContext) => {
      asked.push(context);
      return { userId: '', claims: {} };
    };
    service = createConfigService(store, { guard: { ...allowAll(), authenticate } });
  });

  it('shows the guard metadata, peer and method', async () => {
    const client = createInProcessClient(service);
    const metadata = Metadata({ authorization: 'Bearer x' });
    await client.listCodecs({}, { metadata, peer: '10.0.0.1:1234' });
    await client.listCodecs({});
    await createInProcessClient(service, { peer: 'gateway' }).listCodecs({});
    expect(asked[0]?.metadata.get('authorization')).toBe('Bearer x');
    expect(asked[0]?.method).toBe('/config.v1.ConfigService/ListCodecs');
    expect(asked.map(({ peer }) => peer)).toEqual(['10.0.0.1:1234', 'in-process', 'gateway']);
  });

  it('ends a call when its signal fires, whatever the store does', async () => {
    const client = createInProcessClient(service);
    vi.spyOn(store, 'get').mockReturnValue(new Promise(() => {}));
    const aborter = new AbortController();
    const call = client.get(target, { signal: aborter.signal });
    aborter.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await expect(client.get(target, { signal: aborter.signal })).rejects.toMatchObject({ name: 'AbortError' });
    const events = client.watch({}, { signal: aborter.signal })[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('shares what it hands out', async () => {
    const client = createInProcessClient(service);
    await fill(store, 'prod', ['a', 'b']);
    const shared = async (): Promise<[Entry[], WatchResponse]> => {
      const events = client.watch({ startRevision: 0 })[Symbol.asyncIterator]();
      const { value } = await events.next();
      await events.return?.();
      return [(await client.snapshot({ namespace: 'prod' })).entries, value];
    };
    const [entries, event] = await shared();
    const [sameEntries, sameEvent] = await shared();
    expect(sameEntries).toBe(entries);
    expect(sameEvent).toBe(event);
  });

  it('can be left before it begins, and is done then', async () => {
    const watched = vi.spyOn(store, 'watch');
    const events = createInProcessClient(service).watch({})[Symbol.asyncIterator]();
    expect(await events.return?.()).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(watched).not.toHaveBeenCalled();
  });

  it('can be left while it waits', async () => {
    const opened = Promise.withResolvers<void>();
    const events = createInProcessClient(service)
      .watch({}, { onHeader: () => opened.resolve() })
      [Symbol.asyncIterator]();
    const next = events.next();
    await opened.promise;
    await events.return?.();
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('beside a client on a socket', () => {
  let store: MemoryStore;
  let door: Running;
  let inProcess: ReturnType<typeof createInProcessClient>;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    const service = createConfigService(store, { guard: allowAll() });
    door = await serve(service);
    inProcess = createInProcessClient(service);
  });

  afterEach(() => door[Symbol.asyncDispose]());

  it('gives the same answers, errors, headers and trailers', async () => {
    await fill(store, 'prod', ['a', 'a', 'b']);
    await store.setAlias('x', 'a');
    const told = async (client: Running['client']): Promise<unknown[]> => {
      const notes: unknown[] = [];
      const options = {
        onHeader: (header: Metadata) => void notes.push(header.get('cfg-features')),
      };
      const answers = [
        await client.get(target, options),
        await client.list({ namespace: 'prod' }, options),
        await client.getVersions(target, options),
        await client.snapshot({ namespace: 'prod' }, options),
        await client.getAlias({ alias: 'x' }, options),
        await client.listAliases({}, options),
        await client.checkAccess({}, options),
        await client.listNamespaces({}, options),
        await failure(client.get({ ...target, key: 'none' }, options)),
        await failure(client.set({ ...target, value: json(1), ifVersion: 9 }, options)),
        await failure(client.get({}, options)),
      ];
      return [...answers, ...notes].map((answer) => JSON.parse(JSON.stringify(answer ?? null, plainBytes)));
    };
    expect(await told(inProcess)).toEqual(await told(door.client));
  });

  it('throws errors that look the same', async () => {
    const thrown = (client: Running['client']) =>
      client.get({ ...target, key: 'none' }).catch((error: unknown) => error);
    const [here, there] = [await thrown(inProcess), await thrown(door.client)];
    for (const error of [here, there]) {
      expect(error).toBeInstanceOf(RichClientError);
      expect(error).toBeInstanceOf(ClientError);
      expect(error).toMatchObject({ name: 'RichClientError', code: 5, path: '/config.v1.ConfigService/Get' });
    }
    const { message, details, extra } = there as RichClientError;
    expect(here).toMatchObject({ message, details, extra });
  });
});

/** Bytes are bytes, whether Buffer or not. */
function plainBytes(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value) {
    return value.data;
  }
  return value;
}
