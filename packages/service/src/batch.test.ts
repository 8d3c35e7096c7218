import { ConfigError, forward, MemoryStore } from '@cfg/core';
import { Metadata } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowAll } from './index.js';
import { guardOf, ways } from './test/both-clients.js';
import { json } from './test/bytes.js';
import { failure } from './test/failure.js';
import { fill } from './test/fill.js';
import { plainStore } from './test/plain-store.js';
import { tokenGuard } from './test/token-guard.js';

const namespace = 'prod';
const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }) });
const set = (key: string, value: unknown, more = {}) => ({ set: { key, value: json(value), ...more } });

describe.each(ways)('Batch through %s', (_, open) => {
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
  });

  afterEach(() => store.close());

  it('does all, and tells the entries and revisions', async () => {
    await using clients = await open(store, allowAll());
    const { operations } = clients;
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
    await using clients = await open(store, allowAll());
    const { operations } = clients;
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
    await using clients = await open(store, allowAll());
    const { operations } = clients;
    const refused = await failure(operations.batch({ namespace, operations: [set('a', 1), bad] }));
    expect(refused).toMatchObject({ ...told, metadata: { index: '1', key: 'set' in bad ? bad.set.key : '' } });
    expect(await store.revision()).toMatchObject({ revision: 0 });
  });

  it('has one operation at least, and a thousand at most', async () => {
    await using clients = await open(store, allowAll());
    const { operations } = clients;
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
    await using clients = await open(store, tokenGuard());
    const { operations } = clients;
    await fill(store, namespace, ['a']);
    const touched = vi.spyOn(store, 'batch');
    for (const operation of [set('a', 1), { delete: { key: 'a' } }]) {
      const refused = await failure(operations.batch({ namespace, operations: [operation] }, as('reader')));
      expect(refused).toMatchObject({ code: 'PERMISSION_DENIED' });
    }
    const onlyA = guardOf((_action, key) => key === 'a');
    await using others = await open(store, onlyA);
    const { operations: some } = others;
    expect(await failure(some.batch({ namespace, operations: [set('a', 1), set('b', 1)] }))).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'not b',
    });
    expect(touched).not.toHaveBeenCalled();
    await some.batch({ namespace, operations: [set('a', 1)] });
    expect(touched).toHaveBeenCalledOnce();
  });

  it('is not there over a store without it', async () => {
    await using clients = await open(await plainStore(), allowAll());
    const refused = await failure(clients.operations.batch({ namespace, operations: [set('a', 1)] }));
    expect(refused).toMatchObject({ code: 'UNIMPLEMENTED' });
  });

  it('hands on what a store says of a batch', async () => {
    const failing = forward(store, {
      batch: async () => {
        throw new ConfigError('resource_exhausted', 'the disk is full', { metadata: { index: '0', key: 'a' } });
      },
    });
    await using clients = await open(failing, allowAll());
    const { operations } = clients;
    expect(await failure(operations.batch({ namespace, operations: [set('a', 1)] }))).toEqual({
      code: 'RESOURCE_EXHAUSTED',
      message: 'the disk is full',
      reason: 'RESOURCE_EXHAUSTED',
      metadata: { index: '0', key: 'a' },
    });
  });
});
