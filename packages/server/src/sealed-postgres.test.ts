import { randomBytes } from 'node:crypto';
import { type EncodedValue, SecretPolicy } from '@cfg/core';
import { modelProperty, type Opened, storeConformance, withoutWhenSealed } from '@cfg/core/conformance';
import { openPostgresKeys, PostgresStore, type PostgresStoreOptions } from '@cfg/postgres';
import { keyStatus, localKey, rotateKeys, sealSecrets } from '@cfg/secrets';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PostgresServer } from './test/postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const wrapper = localKey(randomBytes(32));
// Every value is a secret: whatever the suite does goes through the seal.
const sealing = sealSecrets({ wrapper, secrets: ['*'], pollIntervalMs: 20 });
const prefixes = new WeakMap<object, string>();
let count = 0;

type OpenedStore = Opened & { readonly store: PostgresStore };

async function open(tablePrefix = `s${count++}_`, options?: PostgresStoreOptions): Promise<OpenedStore> {
  const store = new PostgresStore(server.url, { tablePrefix, pollIntervalMs: 200, sealing, ...options });
  prefixes.set(store, tablePrefix);
  await store.connect();
  return { store, close: () => store.close() };
}

storeConformance('PostgresStore, sealed', () => open(), { without: withoutWhenSealed });
modelProperty('PostgresStore, sealed', (options, closed) => open(closed && prefixes.get(closed), options), {
  runs: 4,
  secrets: sealing.policy,
});

describe('PostgresStore, sealed', () => {
  const secret = (text: string): EncodedValue => ({ bytes: Buffer.from(text), codec: 'secret', type: 'secret' });
  const textOf = ({ bytes }: EncodedValue): string => Buffer.from(bytes).toString();

  it('keeps no plain byte, and opens no row that was moved', async () => {
    const { store, close } = await open('moved_');
    for (let n = 0; n < 100; n += 1) await store.set('ns', `k${n % 10}`, secret(`canary${n}`));
    await close();
    const client = new Client(server.url);
    await client.connect();
    try {
      const { rows } = await client.query(
        "SELECT count(*) AS n FROM moved_changes WHERE position('canary' in bytes) > 0",
      );
      expect(rows).toEqual([{ n: '0' }]);
      await client.query(`UPDATE moved_changes a SET bytes = b.bytes FROM moved_changes b
        WHERE a.revision + b.revision = 193 AND a.revision IN (96, 97)`);
    } finally {
      await client.end();
    }
    const again = await open('moved_');
    for (const key of ['k5', 'k6']) {
      await expect(again.store.get('ns', key).then(textOf)).rejects.toMatchObject({ code: 'internal' });
    }
    expect(textOf(await again.store.get('ns', 'k7'))).toBe('canary97');
    await again.close();
  });

  it('forgets the texts for searches of what becomes a secret', async () => {
    const plain = await open('texts_', { sealing: undefined });
    const value = { bytes: Buffer.from('"canary"'), codec: 'json', type: 'string' } as const;
    await plain.store.set('ns', 'k', value);
    const client = new Client(server.url);
    await client.connect();
    const texts = async (): Promise<unknown> => (await client.query('SELECT key, value FROM texts_search')).rows;
    try {
      await vi.waitFor(async () => expect(await texts()).toEqual([{ key: 'k', value: '"canary"' }]), {
        timeout: 60_000,
      });
      await plain.close();
      await (await open('texts_')).close();
      const table = await openPostgresKeys(server.url, { tablePrefix: 'texts_' });
      await rotateKeys(table, { wrapper, policy: sealing.policy, waitMs: 0 });
      await table.close();
      expect(await texts()).toEqual([{ key: 'k', value: '' }]);
    } finally {
      await client.end();
    }
  });

  it('rotates while two servers write, and loses nothing', async () => {
    const opened = [await open('rotated_'), await open('rotated_')];
    const stop = new AbortController();
    const written = new Map<string, string>();
    const writing = opened.map(async ({ store }, at) => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        await store.set('ns', `k${at}/${n % 20}`, secret(`v${n}`));
        written.set(`k${at}/${n % 20}`, `v${n}`);
      }
    });
    const table = await openPostgresKeys(server.url, { tablePrefix: 'rotated_' });
    const policy = new SecretPolicy();
    for (const active of [2, 3]) {
      expect(await rotateKeys(table, { wrapper, policy, waitMs: 200 })).toMatchObject({
        active,
        destroyed: [active - 1],
      });
    }
    stop.abort();
    await Promise.all(writing);
    const values = await Promise.all(
      [...written.keys()].map(async (key) => [key, textOf((await opened[0]?.store.get('ns', key)) as EncodedValue)]),
    );
    expect(values).toEqual([...written]);
    const states = (await keyStatus(table)).map(({ state, values: n }) => [state, n > 0]);
    expect(states).toEqual([
      ['destroyed', false],
      ['destroyed', false],
      ['active', true],
    ]);
    await table.close();
    await Promise.all(opened.map(({ close }) => close()));
  });
});
