import { MemoryStore } from '@cfg/core';
import { Metadata } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ways } from './test/both-clients.js';
import { json } from './test/bytes.js';
import { failure, first } from './test/failure.js';
import { plainStore } from './test/plain-store.js';
import { tokenGuard } from './test/token-guard.js';

const namespace = 'prod';
const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }) });
const set = (key: string, value: unknown, more = {}) => ({ set: { key, value: json(value), ...more } });

describe.each(ways)('author and comment through %s', (_, open) => {
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
  });

  afterEach(() => store.close());

  it('are kept with every change, the author as the guard named them', async () => {
    await using clients = await open(store, tokenGuard());
    const { service, operations } = clients;
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
    await using clients = await open(store, tokenGuard());
    const { service } = clients;
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
    await using clients = await open(await plainStore(), tokenGuard());
    const { service } = clients;
    const target = { namespace, key: 'a', value: json(1) };
    expect((await service.set(target, as('ann'))).entry).toMatchObject({ author: '' });
    expect(await failure(service.set({ ...target, comment: 'why' }, as('ann')))).toMatchObject({
      code: 'UNIMPLEMENTED',
      message: expect.stringContaining('comment'),
    });
  });
});
