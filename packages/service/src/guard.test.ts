import { ConfigError, MemoryStore } from '@cfg/core';
import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Action, allowAll, createConfigService, type Guard, type Resource } from './index.js';
import { json } from './test/bytes.js';
import { doors, type OpenDoor } from './test/doors.js';
import { failure, first } from './test/failure.js';
import { tokenGuard } from './test/token-guard.js';

const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }) });
const target = { namespace: 'production', key: 'a' };
const anyone = { userId: 'ann', claims: {} };

describe.each(doors)('a guard through $name', ({ open }) => {
  let store: MemoryStore;
  let opened: OpenDoor[];
  const error = vi.fn();
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
  const clientOf = async (guard: Guard | undefined, guardTimeoutMs = 5_000) => {
    const door = await open(createConfigService(store, { logger, guardTimeoutMs, ...(guard && { guard }) }));
    opened.push(door);
    return door.client;
  };

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    opened = [];
    error.mockClear();
  });

  afterEach(async () => {
    for (const door of opened) await door[Symbol.asyncDispose]();
  });

  it('lets nobody in by default', async () => {
    const client = await clientOf(undefined);
    const denied = { code: 'PERMISSION_DENIED', message: 'permission denied', reason: undefined };
    expect(await failure(client.get(target))).toMatchObject(denied);
    expect(await failure(client.set({ ...target, value: json(1) }))).toMatchObject(denied);
    expect(await failure(client.listCodecs({}))).toMatchObject(denied);
    expect(await failure(first(1, client.watch({})))).toMatchObject(denied);
    expect(await client.checkAccess(target)).toEqual({
      canRead: false,
      canWrite: false,
      canDelete: false,
      canList: false,
      canWatch: false,
      canReveal: false,
    });
  });

  it('wants to know who calls', async () => {
    const client = await clientOf(tokenGuard());
    const missing = { code: 'UNAUTHENTICATED', message: 'missing token', reason: undefined };
    expect(await failure(client.get(target))).toMatchObject(missing);
    expect(await failure(client.listCodecs({}))).toMatchObject(missing);
    expect(await failure(client.checkAccess(target))).toMatchObject(missing);
    expect(await failure(first(1, client.watch({ namespaces: ['production'] })))).toMatchObject(missing);
    const basic = { metadata: Metadata({ authorization: 'Basic xyz' }) };
    expect(await failure(client.get(target, basic))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'bad token format',
    });
  });

  it('is obeyed, before anything is said about the request or the store', async () => {
    const client = await clientOf(tokenGuard());
    const value = json(1);
    const denied = { code: 'PERMISSION_DENIED', message: 'permission denied' };
    expect(await failure(client.set({ ...target, value }, as('reader')))).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'readers cannot write',
    });
    expect(await failure(client.delete(target, as('reader')))).toMatchObject({ message: 'readers cannot delete' });
    expect((await client.set({ ...target, value }, as('writer'))).entry?.version).toBe(1);
    expect((await client.get(target, as('reader'))).entry?.version).toBe(1);
    const touched = vi.spyOn(store, 'set');
    expect(await failure(client.set({ ...target, key: 'a..b', value }, as('nobody')))).toMatchObject(denied);
    expect(await failure(client.set({ ...target, value: Buffer.from('{') }, as('nobody')))).toMatchObject(denied);
    expect(touched).not.toHaveBeenCalled();
    expect(await failure(client.get({ ...target, key: 'missing' }, as('nobody')))).toMatchObject(denied);
    expect(await failure(client.setAlias({ alias: 'x', target: 'a' }, as('reader')))).toMatchObject({
      message: 'readers cannot write',
    });
    for (const call of [
      client.listAliases({}, as('nobody')),
      client.listNamespaces({}, as('nobody')),
      client.list(target, as('nobody')),
      client.getVersions(target, as('nobody')),
      client.snapshot(target, as('nobody')),
      client.getAlias({ alias: 'x' }, as('nobody')),
      client.deleteAlias({ alias: 'x' }, as('nobody')),
      first(1, client.watch({}, as('nobody'))),
    ]) {
      expect(await failure(call)).toMatchObject(denied);
    }
    expect(await client.checkAccess(target, as('reader'))).toMatchObject({
      canRead: true,
      canWrite: false,
      canList: true,
    });
    expect(await client.checkAccess(target, as('nobody'))).toMatchObject({ canRead: false, canWrite: false });
  });

  it('keeps to itself why it failed', async () => {
    const client = await clientOf(tokenGuard());
    expect(await failure(client.get(target, as('boom')))).toMatchObject({
      code: 'INTERNAL',
      message: 'internal error',
    });
    expect(error).toHaveBeenCalledWith(
      expect.objectContaining({ method: '/config.v1.ConfigService/Get' }),
      expect.anything(),
    );
    expect(await client.checkAccess(target, as('boom'))).toMatchObject({ canRead: false, canWrite: false });
  });

  it('keeps to itself why it failed to find out who calls', async () => {
    for (const fault of [new Error('connect ECONNREFUSED 10.0.0.5:5432'), 'a text', undefined]) {
      error.mockClear();
      const client = await clientOf({ ...allowAll(), authenticate: () => Promise.reject(fault) });
      const told = { code: 'UNAVAILABLE', message: 'the guard is not available' };
      expect(await failure(client.get(target))).toMatchObject(told);
      expect(error).toHaveBeenCalledWith(expect.objectContaining({ err: fault }), 'the guard failed to authenticate');
      expect(await failure(first(1, client.watch({})))).toMatchObject(told);
    }
  });

  it('may have a status of its own', async () => {
    const authenticate = (): never => {
      throw new ServerError(Status.UNAVAILABLE, 'no keys yet');
    };
    const client = await clientOf({ ...allowAll(), authenticate });
    expect(await failure(client.get(target))).toMatchObject({ code: 'UNAVAILABLE', message: 'no keys yet' });
  });

  it('may answer later', async () => {
    const later = async <T>(answer: T): Promise<T> => {
      await new Promise(setImmediate);
      return answer;
    };
    const client = await clientOf({
      authenticate: () => later(anyone),
      authorize: (_identity, action) => later({ allowed: action !== 'delete', reason: 'keep it' }),
    });
    await client.set({ ...target, value: json(1) });
    expect((await client.get(target)).entry?.version).toBe(1);
    expect(await failure(client.delete(target))).toMatchObject({ code: 'PERMISSION_DENIED', message: 'keep it' });
    const failing = await clientOf({
      ...allowAll(),
      authenticate: () => later(0).then(() => Promise.reject(new ConfigError('unauthenticated', 'who?'))),
    });
    expect(await failure(failing.get(target))).toMatchObject({ code: 'UNAUTHENTICATED', message: 'who?' });
  });

  it('must answer in time', async () => {
    const never = () => new Promise<never>(() => {});
    const late = { code: 'UNAVAILABLE', reason: 'GUARD_TIMEOUT' };
    const unknown = await clientOf({ ...allowAll(), authenticate: never }, 20);
    expect(await failure(unknown.get(target))).toMatchObject(late);
    const undecided = await clientOf({ ...allowAll(), authorize: never }, 20);
    expect(await failure(undecided.get(target))).toMatchObject(late);
    expect(await failure(first(1, undecided.watch({})))).toMatchObject(late);
    expect(await undecided.checkAccess(target)).toMatchObject({ canRead: false });
  });

  it('that answers nonsense lets nobody in', async () => {
    for (const identity of [undefined, null, 'ann', {}, { claims: {} }, { userId: 7, claims: {} }]) {
      const nobody = await clientOf({ ...allowAll(), authenticate: () => identity as never });
      expect(await failure(nobody.get(target))).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    for (const decision of [undefined, null, true, { allowed: 'yes' }, {}]) {
      const client = await clientOf({ ...allowAll(), authorize: () => decision as never });
      expect(await failure(client.get(target))).toMatchObject({ code: 'PERMISSION_DENIED' });
    }
  });

  it.each([
    ['at once', <T>(answer: T) => answer],
    ['later', async <T>(answer: T) => answer],
  ])('rules what a watch on all namespaces shows, and answers %s', async (_, answer) => {
    const client = await clientOf({
      authenticate: () => anyone,
      authorize: (_identity, action, { namespace, key }) =>
        answer({ allowed: action !== 'read' || namespace === 'mine' || key === 'open' }),
    });
    for (const namespace of ['other', 'mine', 'third']) {
      for (const key of ['closed', 'open']) await client.set({ namespace, key, value: json(1) });
    }
    await client.setAlias({ alias: 'x', target: 'closed' });
    await client.setAlias({ alias: 'open.alias', target: 'closed' });
    await client.set({ namespace: 'mine', key: 'last', value: json(1) });
    const seen = await first(5, client.watch({ startRevision: 0 }));
    expect(seen.map(({ entry }) => `${entry?.namespace}/${entry?.key}`)).toEqual([
      'other/open',
      'mine/closed',
      'mine/open',
      'third/open',
      'mine/last',
    ]);
  });

  it('is told what each call is about', async () => {
    const asked: [Action, Resource][] = [];
    const client = await clientOf({
      authenticate: () => anyone,
      authorize: (identity, action, resource, { method, peer }) => {
        expect(identity).toBe(anyone);
        expect(method).toMatch(/^\/config\.v1\.ConfigService\//);
        expect(peer).not.toBe('');
        asked.push([action, resource]);
        return { allowed: true };
      },
    });
    const asks = async (call: () => Promise<unknown>): Promise<string[]> => {
      asked.length = 0;
      await call().catch(() => {});
      return asked.map(([action, { namespace, key, prefix }]) => `${action} ${namespace}|${key}|${prefix}`);
    };
    expect(await asks(() => client.get(target))).toEqual(['read production|a|']);
    expect(await asks(() => client.set({ ...target, value: json(1) }))).toEqual(['write production|a|']);
    expect(await asks(() => client.delete(target))).toEqual(['delete production|a|']);
    expect(await asks(() => client.getVersions(target))).toEqual(['read production|a|']);
    expect(await asks(() => client.list({ namespace: 'n', prefix: 'app/' }))).toEqual(['list n||app/']);
    expect(await asks(() => client.snapshot({ namespace: 'n' }))).toEqual(['read n||']);
    expect(await asks(() => client.setAlias({ alias: 'x', target: 'a' }))).toEqual(['write |x|']);
    expect(await asks(() => client.getAlias({ alias: 'x' }))).toEqual(['read |x|']);
    expect(await asks(() => client.listAliases({}))).toEqual(['list ||', 'read |x|']);
    expect(await asks(() => client.deleteAlias({ alias: 'x' }))).toEqual(['delete |x|']);
    expect(await asks(() => client.listCodecs({}))).toEqual(['list ||']);
    expect(await asks(() => client.listNamespaces({}))).toEqual(['list ||']);
    const access = await asks(() => client.checkAccess({ namespace: 'n', key: 'app/' }));
    expect(access).toEqual([
      'read n|app/|',
      'write n|app/|',
      'delete n|app/|',
      'list n||app/',
      'watch n||app/',
      'reveal n|app/|',
    ]);
    const watching = { namespaces: ['n', 'm'], prefixes: ['a/', 'b/'], startRevision: 0 };
    expect(await asks(() => first(1, client.watch(watching)))).toEqual([
      'watch n||a/',
      'watch n||b/',
      'watch m||a/',
      'watch m||b/',
      'list ||',
    ]);
    const everything = await asks(() => first(1, client.watch({ startRevision: 0 })));
    expect(everything.slice(0, 3)).toEqual(['watch ||', 'list ||', 'read production|a|']);
  });
});

it('costs a call one authentication, with the middleware and without', async () => {
  const store = new MemoryStore();
  await store.connect();
  for (const { open } of doors) {
    const authenticate = vi.fn(() => anyone);
    await using door = await open(createConfigService(store, { guard: { ...allowAll(), authenticate } }));
    await door.client.listCodecs({});
    expect(authenticate).toHaveBeenCalledTimes(1);
  }
});
