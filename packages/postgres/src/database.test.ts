import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { PostgresStore } from './index.js';
import { json, newPrefix, openStore, sharedUrl } from './test/scratch.js';

async function sql(text: string, url = sharedUrl()): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** The address, with something else in it. */
function changedUrl(change: (url: URL) => void): string {
  const url = new URL(sharedUrl());
  change(url);
  return url.href;
}

async function messageOf(store: PostgresStore, code: string): Promise<string> {
  const error = await store.connect().then(
    () => expect.fail('connected'),
    (thrown: unknown) => thrown as Error & { code: string },
  );
  expect(error.code).toBe(code);
  await expect(store.get('a', 'x')).rejects.toMatchObject({ code: 'not_connected' });
  await store.close();
  return error.message;
}

describe('what is refused', () => {
  it('an address that is none, without repeating it', () => {
    for (const url of ['', 'mysql://cfg:secret@db/cfg', 'postgres://cfg:secret@db:port/cfg']) {
      expect(() => new PostgresStore(url)).toThrow(
        expect.objectContaining({ code: 'invalid_argument', message: expect.not.stringContaining('secret') }),
      );
    }
  });

  it('an option that cannot be meant, by its name', () => {
    const wrong = {
      historyLimit: 0,
      logLimit: 1.5,
      busyTimeoutMs: -1,
      pollIntervalMs: Number.NaN,
      connections: 0,
      statementTimeoutMs: 0,
      tablePrefix: 'cfg"; DROP TABLE users; --',
      listenUrl: 'db.example.com',
    };
    for (const [name, value] of Object.entries(wrong)) {
      expect(() => new PostgresStore(sharedUrl(), { [name]: value })).toThrow(name);
    }
  });

  it('a database that is not there, and one that does not let us in', async () => {
    const missing = changedUrl((url) => {
      url.pathname = '/missing';
    });
    expect(await messageOf(new PostgresStore(missing), 'unavailable')).toMatch(
      /^cannot use 127\.0\.0\.1:\d+\/missing as a configuration store: database "missing" does not exist$/,
    );
    const stranger = changedUrl((url) => {
      url.password = 'not-the-password';
    });
    const message = await messageOf(new PostgresStore(stranger), 'unavailable');
    expect(message).toMatch(/password authentication failed/);
    expect(message).not.toContain('not-the-password');
    const nobody = changedUrl((url) => {
      url.port = '1';
    });
    expect(await messageOf(new PostgresStore(nobody), 'unavailable')).toMatch(/ECONNREFUSED/);
  });

  it('tables of another application, and a newer schema', async () => {
    const other = newPrefix();
    await sql(`CREATE TABLE ${other}log (line text)`);
    const refused = new PostgresStore(sharedUrl(), { tablePrefix: other });
    expect(await messageOf(refused, 'invalid_argument')).toMatch(/another application's/);
    const newer = newPrefix();
    await (await openStore({ tablePrefix: newer })).close();
    await sql(`UPDATE ${newer}log SET schema_version = 99`);
    const old = new PostgresStore(sharedUrl(), { tablePrefix: newer });
    expect(await messageOf(old, 'invalid_argument')).toMatch(/schema 99 is newer/);
  });

  it('a database whose encoding cannot hold every text', async () => {
    const name = `latin_${randomUUID().replaceAll('-', '')}`;
    await sql(`CREATE DATABASE ${name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    const url = changedUrl((changed) => {
      changed.pathname = `/${name}`;
    });
    expect(await messageOf(new PostgresStore(url), 'invalid_argument')).toMatch(/encoding is LATIN1, not UTF8/);
  });
});

describe('what is kept', () => {
  it('any text and any bytes', async () => {
    const tablePrefix = newPrefix();
    const store = await openStore({ tablePrefix });
    const bytes = randomBytes(3_000_000);
    const comment = '\\0 "quoted", {braced}, NULL, \0, \\\\, 日本語 😀';
    const options = { comment, author: 'null', requestId: '\0\\' };
    const written = await store.set('a', 'x', { bytes, codec: 'raw\\', type: 'custom' }, options);
    await store.set('a', 'empty', { bytes: new Uint8Array(0), codec: 'raw', type: 'custom' });
    await store.close();
    const again = await openStore({ tablePrefix });
    const read = await again.get('a', 'x');
    expect(read).toMatchObject({ comment, author: 'null', codec: 'raw\\', revision: 1 });
    expect(Buffer.compare(read.bytes, bytes)).toBe(0);
    expect((await again.get('a', 'empty')).size).toBe(0);
    expect(await again.set('a', 'x', json(1), { requestId: '\0\\' })).toMatchObject({ revision: written.revision });
  });

  it('of many keys read at once each its own', async () => {
    const store = await openStore();
    const keys = Array.from({ length: 40 }, (_, n) => `k${n % 30}`);
    await Promise.all(keys.slice(0, 25).map((key, n) => store.set(n % 2 === 0 ? 'a' : '', key, json(key))));
    const namespaces = ['a', '', 'none'];
    const asked = namespaces.flatMap((namespace) => keys.map((key) => [namespace, key] as const));
    const answers = await Promise.allSettled(asked.map(([namespace, key]) => store.get(namespace, key)));
    for (const [at, answer] of answers.entries()) {
      const [namespace, key] = asked[at] ?? ['', ''];
      const number = Number(key.slice(1));
      if (number < 25 && namespace === (number % 2 === 0 ? 'a' : '')) {
        expect(answer).toMatchObject({ status: 'fulfilled', value: { namespace, key } });
      } else expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
    }
  });

  it('the longest names', async () => {
    const store = await openStore();
    const name = (): string => randomBytes(512).toString('hex');
    const [namespace, key, requestId] = [name(), name(), name().slice(0, 256)];
    await store.set(namespace, key, json(1), { requestId });
    await store.setAlias(name(), key);
    expect((await store.find(namespace)).entries).toHaveLength(1);
    expect((await store.versions(namespace, key)).entries).toHaveLength(1);
  });

  it('nothing of a page that is larger than was asked for', async () => {
    const store = await openStore();
    const value = { bytes: new Uint8Array(1_000), codec: 'raw', type: 'custom' as const };
    const writes = Array.from({ length: 300 }, (_, n) => store.set('a', `k${1_000 + n}`, value));
    await Promise.all(writes);
    const page = await store.find('a', { maxBytes: 200_500 });
    expect(page.entries).toHaveLength(200);
    expect((await store.find('a', { maxBytes: 200_500, cursor: page.nextCursor })).entries).toHaveLength(100);
    expect((await store.find('a', { maxBytes: 1 })).entries).toHaveLength(1);
  });
});
