import { MemoryStore } from '@cfg/core';
import { Metadata } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Guard } from './index.js';
import { ways } from './test/both-clients.js';
import { json } from './test/bytes.js';
import { failure } from './test/failure.js';
import { plainStore } from './test/plain-store.js';

const as = (userId: string) => ({ metadata: Metadata({ user: userId }) });

/** Who may ask for the trail, and what they may read of it. */
const guard: Guard = {
  authenticate: ({ metadata }) => ({ userId: metadata.get('user') ?? '', claims: {} }),
  authorize: ({ userId }, action, { namespace, key }) => ({
    allowed:
      userId === 'root' || action === 'write' || (userId === 'eve' && (action === 'audit' || namespace === 'prod')),
    reason: `${userId} may not ${action} ${namespace}/${key}`,
  }),
};

describe.each(ways)('ListAudit through %s', (_, open) => {
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
  });

  afterEach(() => store.close());

  it('tells who wrote what, and when and why', async () => {
    await using clients = await open(store, guard);
    const { service, operations } = clients;
    await service.set({ namespace: 'prod', key: 'a', value: json(1), comment: 'why' }, as('ann'));
    await service.set({ namespace: 'prod', key: 'pw', value: Buffer.from('hush'), codec: 'secret' }, as('ann'));
    await service.setAlias({ alias: 'x', target: 'a' }, as('bob'));
    const { records, nextCursor } = await operations.listAudit({}, as('root'));
    expect(nextCursor).toBe('');
    expect(records).toMatchObject([
      { userId: 'bob', operation: 'alias_set', namespace: '', key: 'x', codec: '', metadata: { target: 'a' } },
      { userId: 'ann', operation: 'set', key: 'pw', codec: 'secret', metadata: { redacted: 'true' } },
      { id: '1', userId: 'ann', operation: 'set', key: 'a', codec: 'json', metadata: { version: '1', comment: 'why' } },
    ]);
    expect(records.map(({ value }) => Buffer.from(value).toString())).toEqual(['', '', '1']);
    const { records: some } = await operations.listAudit({ userId: 'ann', key: 'a' }, as('root'));
    expect(some.map(({ id }) => id)).toEqual(['1']);
    const time = records[2]?.time ?? { seconds: 0, nanos: 0 };
    const { records: since } = await operations.listAudit({ from: time, operation: 'set' }, as('root'));
    expect(since).toHaveLength(2);
    expect((await operations.listAudit({ to: time }, as('root'))).records).toEqual([]);
    const page = await operations.listAudit({ limit: 2 }, as('root'));
    expect(page.records).toHaveLength(2);
    const rest = await operations.listAudit({ limit: 2, cursor: page.nextCursor }, as('root'));
    expect(rest.records.map(({ id }) => id)).toEqual(['1']);
  });

  it('asks the guard, and shows only what the caller may read', async () => {
    await using clients = await open(store, guard);
    const { service, operations } = clients;
    await service.set({ namespace: 'prod', key: 'a', value: json(1) }, as('ann'));
    await service.set({ namespace: 'stage', key: 'a', value: json(1) }, as('ann'));
    expect((await operations.listAudit({}, as('eve'))).records.map(({ namespace }) => namespace)).toEqual(['prod']);
    expect(await failure(operations.listAudit({ namespace: 'prod', key: 'a' }, as('ann')))).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'ann may not audit prod/a',
    });
  });

  it('refuses what makes no sense, and a store without a trail', async () => {
    await using clients = await open(store, guard);
    const ask = (request: object) => failure(clients.operations.listAudit(request, as('root')));
    expect(await ask({ operation: 'get' })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await ask({ limit: -1 })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await ask({ namespace: 'a b' })).toMatchObject({ reason: 'INVALID_NAMESPACE' });
    expect(await ask({ key: 'a..b' })).toMatchObject({ reason: 'INVALID_KEY' });
    expect(await ask({ cursor: 'x' })).toMatchObject({ reason: 'INVALID_CURSOR' });
    await using plain = await open(await plainStore(), guard);
    expect(await failure(plain.operations.listAudit({}, as('root')))).toMatchObject({ code: 'UNIMPLEMENTED' });
  });
});
