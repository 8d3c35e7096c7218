import { ConfigError, type Entry, forward, MemoryStore, type Store } from '@cfg/core';
import { ConfigOperationsDefinition } from '@cfg/proto';
import { Metadata } from 'nice-grpc';
import { createChannel, createClientFactory } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowAll, createConfigService, createInProcessClients, type Guard } from './index.js';
import { json } from './test/bytes.js';
import { serve } from './test/doors.js';
import { failure, first } from './test/failure.js';
import { fill } from './test/fill.js';
import { plainStore } from './test/plain-store.js';
import { tokenGuard } from './test/token-guard.js';

const namespace = 'prod';
const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }) });
const set = (key: string, value: unknown, more = {}) => ({ set: { key, value: json(value), ...more } });

/** Both clients of a service over a store, through a socket or in process. */
const ways = {
  'a socket': async (store: Store, guard: Guard) => {
    const door = await serve(createConfigService(store, { guard }));
    const channel = createChannel(door.address);
    const factory = createClientFactory().use(errorDetailsClientMiddleware);
    const close = async (): Promise<void> => {
      channel.close();
      await door[Symbol.asyncDispose]();
    };
    return { service: door.client, operations: factory.create(ConfigOperationsDefinition, channel), close };
  },
  'in process': async (store: Store, guard: Guard) => {
    const clients = createInProcessClients(createConfigService(store, { guard }));
    return { ...clients, close: async () => {} };
  },
};

describe.each(Object.entries(ways))('writes through %s', (_, connect) => {
  let store: MemoryStore;
  let closing: (() => Promise<void>)[];
  const open = async (over: Store, guard: Guard) => {
    const clients = await connect(over, guard);
    closing.push(clients.close);
    return clients;
  };

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    closing = [];
  });

  afterEach(async () => {
    for (const close of closing) await close();
    await store.close();
  });

  describe('author and comment', () => {
    it('are kept with every change, the author as the guard named them', async () => {
      const { service, operations } = await open(store, tokenGuard());
      const { entry } = await service.set({ namespace, key: 'a', value: json(1), comment: 'why not' }, as('ann'));
      expect(entry).toMatchObject({ author: 'ann', comment: 'why not' });
      await service.delete({ namespace, key: 'a', comment: 'no longer' }, as('bob'));
      await operations.batch(
        { namespace, operations: [set('a', 2), set('b', 3, { comment: 'own' })], comment: 'all' },
        as('eve'),
      );
      await service.setAlias({ alias: 'x', target: 'a' }, as('ann'));
      const { entries } = await service.getVersions({ namespace, key: 'a', includeDeleted: true }, as('ann'));
      expect(entries.map(({ author, comment }) => [author, comment])).toEqual([
        ['eve', 'all'],
        ['bob', 'no longer'],
        ['ann', 'why not'],
      ]);
      expect((await service.get({ namespace, key: 'b' }, as('ann'))).entry?.comment).toBe('own');
      const seen = await first(5, service.watch({ startRevision: 0 }, as('ann')));
      expect(seen.map(({ more }) => more)).toEqual([false, false, true, false, false]);
    });

    it('have an end', async () => {
      const { service } = await open(store, tokenGuard());
      const target = { namespace, key: 'a', value: json(1) };
      await service.set({ ...target, comment: 'c'.repeat(1_024), requestId: 'r'.repeat(256) }, as('a'.repeat(256)));
      for (const [request, author, what] of [
        [{ comment: 'c'.repeat(1_025) }, 'ann', 'comment'],
        [{ requestId: 'r'.repeat(257) }, 'ann', 'request_id'],
        [{}, 'a'.repeat(257), 'user id'],
      ] as const) {
        const refused = await failure(service.set({ ...target, ...request }, as(author)));
        expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(what) });
      }
    });

    it('are not asked of a store that does not keep them', async () => {
      const { service } = await open(await plainStore(), tokenGuard());
      const target = { namespace, key: 'a', value: json(1) };
      expect((await service.set(target, as('ann'))).entry).toMatchObject({ author: '' });
      expect(await failure(service.set({ ...target, comment: 'why' }, as('ann')))).toMatchObject({
        code: 'UNIMPLEMENTED',
        message: expect.stringContaining('comment'),
      });
    });
  });

  describe('Batch', () => {
    it('does all, and tells the entries and revisions', async () => {
      const { operations } = await open(store, allowAll());
      await fill(store, namespace, ['old']);
      const batch = [set('a', 1, { writeMode: 2 }), { delete: { key: 'old', ifVersion: 1 } }, set('a', 2)];
      const answer = await operations.batch({ namespace, operations: batch });
      expect(answer).toMatchObject({ firstRevision: 2, lastRevision: 4, dryRun: false });
      expect(answer.results.map(({ entry }) => [entry?.key, entry?.version, entry?.deleted])).toEqual([
        ['a', 1, false],
        ['old', 1, true],
        ['a', 2, false],
      ]);
    });

    it('writes nothing as a dry run, and once with a request id', async () => {
      const { operations } = await open(store, allowAll());
      const batch = { namespace, operations: [set('a', 1)], requestId: 'r' };
      expect(await operations.batch({ ...batch, dryRun: true })).toMatchObject({ dryRun: true, lastRevision: 0 });
      const done = await operations.batch(batch);
      expect(await operations.batch(batch)).toMatchObject({ firstRevision: done.firstRevision });
      expect(await store.revision(namespace)).toMatchObject({ revision: 1 });
    });

    it.each([
      ['by the store', set('b', 1, { ifVersion: 7 }), { code: 'ABORTED', reason: 'VERSION_MISMATCH' }],
      ['for its value', set('b', 1, { codec: 'yaml', value: Buffer.from('{') }), { reason: 'INVALID_VALUE' }],
      ['for its size', { set: { key: 'b', value: Buffer.alloc(2 << 20) } }, { code: 'INVALID_ARGUMENT' }],
      ['for its name', set('b c', 1), { reason: 'INVALID_KEY' }],
      ['for its namespace', set('b', 1, { namespace: 'other' }), { code: 'INVALID_ARGUMENT' }],
      ['for its own request id', set('b', 1, { requestId: 'r' }), { code: 'INVALID_ARGUMENT' }],
      ['for being none', {}, { code: 'INVALID_ARGUMENT' }],
    ])('fails as its first operation that is refused %s, and names it', async (_why, bad, told) => {
      const { operations } = await open(store, allowAll());
      const refused = await failure(operations.batch({ namespace, operations: [set('a', 1), bad] }));
      expect(refused).toMatchObject({ ...told, metadata: { index: '1', key: 'set' in bad ? bad.set.key : '' } });
      expect(await store.revision()).toMatchObject({ revision: 0 });
    });

    it('has one operation at least, and a thousand at most', async () => {
      const { operations } = await open(store, allowAll());
      for (const count of [0, 1_001]) {
        const many = Array.from({ length: count }, (_, i) => set(`k${i}`, i));
        expect(await failure(operations.batch({ namespace, operations: many }))).toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('operations'),
        });
      }
      expect(await failure(operations.batch({ operations: [set('a', 1)] }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    });

    it('asks the guard of every operation before the store is touched', async () => {
      const { operations } = await open(store, tokenGuard());
      await fill(store, namespace, ['a']);
      const touched = vi.spyOn(store, 'batch');
      for (const operation of [set('a', 1), { delete: { key: 'a' } }]) {
        const refused = await failure(operations.batch({ namespace, operations: [operation] }, as('reader')));
        expect(refused).toMatchObject({ code: 'PERMISSION_DENIED' });
      }
      const onlyA = guardOf((_action, key) => key === 'a');
      const { operations: some } = await open(store, onlyA);
      expect(await failure(some.batch({ namespace, operations: [set('a', 1), set('b', 1)] }))).toMatchObject({
        code: 'PERMISSION_DENIED',
        message: 'not b',
      });
      expect(touched).not.toHaveBeenCalled();
      await some.batch({ namespace, operations: [set('a', 1)] });
      expect(touched).toHaveBeenCalledOnce();
    });
  });

  describe('Restore', () => {
    const value = ({ bytes }: Entry): string => Buffer.from(bytes).toString();

    it('brings back a version, a key, a namespace', async () => {
      const { operations } = await open(store, allowAll());
      await fill(store, namespace, ['a', 'a', 'b']);
      const byVersion = await operations.restore({ namespace, key: 'a', version: 1, comment: 'back' });
      expect(byVersion.results[0]?.entry).toMatchObject({ version: 3, comment: 'back' });
      expect(value(await store.get(namespace, 'a'))).toBe('0');
      await operations.restore({ namespace, key: 'a', revision: 2 });
      expect(value(await store.get(namespace, 'a'))).toBe('1');
      const dry = await operations.restore({ namespace, revision: 1, dryRun: true });
      expect(dry).toMatchObject({ dryRun: true, firstRevision: 0, lastRevision: 0 });
      expect(dry.results.map(({ entry }) => [entry?.key, entry?.deleted])).toEqual([
        ['a', false],
        ['b', true],
      ]);
      await operations.restore({ namespace, revision: 1 });
      expect((await store.find(namespace)).entries.map(({ key }) => key)).toEqual(['a']);
    });

    it.each([
      [{ key: 'a' }, 'version or revision'],
      [{ version: 1 }, 'key is required'],
      [{ key: 'a', version: -1 }, 'version'],
      [{ key: 'a', revision: -1 }, 'revision'],
      [{ key: 'a', revision: 0 }, 'revision'],
    ])('refuses %j', async (request, message) => {
      const { operations } = await open(store, allowAll());
      expect(await failure(operations.restore({ namespace, ...request }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(message),
      });
    });

    it('asks the guard of each key that it would touch, and writes nothing if one is denied', async () => {
      await fill(store, namespace, ['a', 'b']);
      await fill(store, namespace, ['a', 'c']);
      const { revision } = await store.revision();
      const asked: string[] = [];
      const { operations } = await open(
        store,
        guardOf((action, key) => {
          asked.push(`${action} ${key}`);
          return action !== 'delete';
        }),
      );
      expect(await failure(operations.restore({ namespace, revision: 2 }))).toMatchObject({
        code: 'PERMISSION_DENIED',
      });
      expect(asked).toEqual(['write a', 'delete c']);
      expect(await store.revision()).toMatchObject({ revision });
      // `b` is as it was, and `c` is not concerned.
      await operations.restore({ namespace, key: 'a', revision: 2 });
      expect(asked.slice(2)).toEqual(['write a']);
    });

    it('tells nobody without a permission what there is', async () => {
      await fill(store, namespace, ['a']);
      const { operations } = await open(store, tokenGuard());
      for (const request of [
        { revision: 99 },
        { revision: 1 },
        { key: 'none', version: 1 },
        { key: 'a', version: 9 },
      ]) {
        expect(await failure(operations.restore({ namespace, ...request }, as('reader')))).toMatchObject({
          code: 'PERMISSION_DENIED',
        });
      }
      expect(await failure(operations.restore({ namespace, key: 'a', version: 9 }, as('ann')))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'VERSION_NOT_FOUND',
      });
    });

    it('asks about a key that another write brings in between, before it answers', async () => {
      await fill(store, namespace, ['a', 'a']);
      const racing = forward(store, {
        restore: async (name, target, options) => {
          if (options?.dryRun !== true) await fill(store, namespace, ['late']);
          return store.restore(name, target, options);
        },
      });
      const { operations } = await open(
        racing,
        guardOf((_action, key) => key !== 'late'),
      );
      expect(await failure(operations.restore({ namespace, revision: 1 }))).toMatchObject({
        code: 'PERMISSION_DENIED',
        message: 'not late',
      });
    });
  });

  it('has neither over a store without them', async () => {
    const { operations } = await open(await plainStore(), allowAll());
    expect(await failure(operations.batch({ namespace, operations: [set('a', 1)] }))).toMatchObject({
      code: 'UNIMPLEMENTED',
    });
    expect(await failure(operations.restore({ namespace, key: 'a', version: 1 }))).toMatchObject({
      code: 'UNIMPLEMENTED',
    });
  });

  it('hands on what a store says of a batch', async () => {
    const failing = forward(store, {
      batch: async () => {
        throw new ConfigError('resource_exhausted', 'the disk is full', { metadata: { index: '0', key: 'a' } });
      },
    });
    const { operations } = await open(failing, allowAll());
    expect(await failure(operations.batch({ namespace, operations: [set('a', 1)] }))).toEqual({
      code: 'RESOURCE_EXHAUSTED',
      message: 'the disk is full',
      reason: 'RESOURCE_EXHAUSTED',
      metadata: { index: '0', key: 'a' },
    });
  });
});

/** A guard that decides by action and key, and answers by a promise. */
function guardOf(allows: (action: string, key: string) => boolean): Guard {
  return {
    ...allowAll(),
    authorize: async (_identity, action, { key }) =>
      allows(action, key) ? { allowed: true } : { allowed: false, reason: `not ${key}` },
  };
}
