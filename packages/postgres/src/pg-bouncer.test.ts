import { linearizableHistory, type Opened } from '@cfg/core/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresStore, PostgresStoreOptions } from './index.js';
import { PgBouncer, withoutPgBouncer } from './test/pg-bouncer.js';
import { caughtUp, dataOf, json, locked, newPrefix, openStore, rowsOf, sharedUrl } from './test/scratch.js';

describe.skipIf(withoutPgBouncer !== '')(`behind PgBouncer in transaction mode${withoutPgBouncer}`, () => {
  // Fewer connections than callers: each statement may come to another one.
  const poolSize = 3;
  let bouncer: PgBouncer;
  beforeAll(async () => {
    bouncer = await PgBouncer.start(sharedUrl(), poolSize);
  });
  afterAll(() => bouncer?.[Symbol.asyncDispose]());

  const open = (options: PostgresStoreOptions): Promise<PostgresStore> =>
    openStore({ transactionPooling: true, listenUrl: sharedUrl(), pollIntervalMs: 0, ...options }, bouncer.url);

  linearizableHistory('two PostgresStores behind one PgBouncer', async () => {
    const tablePrefix = newPrefix();
    const stores = await Promise.all([open({ tablePrefix }), open({ tablePrefix })]);
    const close: Opened['close'] = async () => {};
    return { stores, close };
  });

  it('reads, writes, searches and compacts, and leaves nothing behind in a connection', async () => {
    const tablePrefix = newPrefix();
    const store = await open({ tablePrefix, logLimit: 10, connections: 20 });
    const keys = Array.from({ length: 150 }, (_, n) => `k${n}`);
    await Promise.all(keys.map((key, n) => store.set('a', key, json(n))));
    const read = await Promise.all(keys.map(async (key) => dataOf(await store.get('a', key))));
    expect(read).toEqual(keys.map((_, n) => n));
    expect((await store.find('a')).entries).toHaveLength(keys.length);
    await caughtUp(tablePrefix);
    expect((await store.search({ text: 'k14' })).matches).toHaveLength(11);
    while ((await store.revision()).oldestRevision < 100) await store.set('a', 'x', json('x'));

    const left = await rowsOf(
      "SELECT current_setting('statement_timeout') AS timeout, (SELECT count(*) FROM pg_prepared_statements) AS prepared",
      bouncer.url,
    );
    expect(left).toEqual([{ timeout: '0', prepared: '0' }]);
  });

  it('hears of the changes of others by the address of the database itself', async () => {
    const tablePrefix = newPrefix();
    const [one, other] = [await open({ tablePrefix }), await open({ tablePrefix })];
    const stream = one.watch();
    await stream.ready;
    await other.set('a', 'x', json(1));
    expect((await stream.next()).value).toMatchObject({ revision: 1 });
    await other.set('a', 'x', json(2));
    expect((await stream.next()).value).toMatchObject({ revision: 2 });
    stream.close();
  });

  it('ends a statement that takes too long by a limit of its transaction', async () => {
    const tablePrefix = newPrefix();
    const store = await open({ tablePrefix, statementTimeoutMs: 200, busyTimeoutMs: 0 });
    const other = await openStore({ tablePrefix });
    await other.set('a', 'x', json(1));
    const release = await locked(tablePrefix);
    await expect(store.set('a', 'x', json(2))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/took too long/),
    });
    await release();
    expect((await store.set('a', 'x', json(2))).version).toBe(2);
  });
});
