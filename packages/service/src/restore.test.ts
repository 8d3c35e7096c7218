import { type Entry, forward, MemoryStore } from '@cfg/core';
import { Metadata } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowAll } from './index.js';
import { guardOf, ways } from './test/both-clients.js';
import { failure } from './test/failure.js';
import { fill } from './test/fill.js';
import { plainStore } from './test/plain-store.js';
import { tokenGuard } from './test/token-guard.js';

const namespace = 'prod';
const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }) });

describe.each(ways)('Restore through %s', (_, open) => {
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
  });

  afterEach(() => store.close());

  const value = ({ bytes }: Entry): string => Buffer.from(bytes).toString();

  it('brings back a version, a key, a namespace', async () => {
    await using clients = await open(store, allowAll());
    const { operations } = clients;
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
    await using clients = await open(store, allowAll());
    const { operations } = clients;
    expect(await failure(operations.restore({ namespace, ...request }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  it('asks the guard of each key that it would touch, and writes nothing if one is denied', async () => {
    await fill(store, namespace, ['a', 'b']);
    await fill(store, namespace, ['c', 'a']);
    const { revision } = await store.revision();
    const asked: string[] = [];
    await using clients = await open(
      store,
      guardOf((action, key) => {
        asked.push(`${action} ${key}`);
        return action !== 'delete';
      }),
    );
    const { operations } = clients;
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
    await using clients = await open(store, tokenGuard());
    const { operations } = clients;
    for (const request of [{ revision: 99 }, { revision: 1 }, { key: 'none', version: 1 }, { key: 'a', version: 9 }]) {
      expect(await failure(operations.restore({ namespace, ...request }, as('reader')))).toMatchObject({
        code: 'PERMISSION_DENIED',
      });
    }
    expect(await failure(operations.restore({ namespace, key: 'a', version: 9 }, as('ann')))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'VERSION_NOT_FOUND',
    });
  });

  it('does not touch a key that another write brings in between, unless it may', async () => {
    await fill(store, namespace, ['a', 'a']);
    const racing = forward(store, {
      restore: async (name, target, options) => {
        if (options?.dryRun !== true) await fill(store, namespace, ['late']);
        return store.restore(name, target, options);
      },
    });
    await using clients = await open(
      racing,
      guardOf((_action, key) => key !== 'late'),
    );
    const { operations } = clients;
    expect(await failure(operations.restore({ namespace, revision: 1 }))).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'not late',
    });
    expect((await store.get(namespace, 'late')).version).toBe(1);
  });

  it('is not there over a store without it', async () => {
    await using clients = await open(await plainStore(), allowAll());
    const refused = await failure(clients.operations.restore({ namespace, key: 'a', version: 1 }));
    expect(refused).toMatchObject({ code: 'UNIMPLEMENTED' });
  });
});
