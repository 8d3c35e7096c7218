import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '@cfg/core';
import { openSqliteKeys, SqliteStore } from '@cfg/sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { type KeyWrapper, keyStatus, rewrapKeys, rotateKeys, sealSecrets } from './index.js';
import { newKey, openSealed, policy, scratch, text, textOf } from './test/scratch.js';

/** Writes into the file as somebody would who has got hold of the disk. */
function tamper(path: string, statement: string): void {
  const db = new DatabaseSync(path);
  expect(db.prepare(statement).run().changes).toBeGreaterThan(0);
  // The checksum finds what the disk has done; whoever knows of it can remove it.
  db.exec('UPDATE changes SET checksum = NULL');
  db.close();
}

const set = (from: string, to: string, column: string): string =>
  `UPDATE changes SET ${column} = (SELECT ${column} FROM changes WHERE ${from}) WHERE ${to}`;

it.each([
  ['moved to another key', set("key = 'a' AND version = 1", "key = 'b'", 'bytes')],
  ['rolled back to an earlier version', set("key = 'a' AND version = 1", "key = 'a' AND version = 2", 'bytes')],
  ['given another codec, which is no secret', "UPDATE changes SET codec = 'json' WHERE key = 'a'"],
  ['given another type', 'UPDATE changes SET value_type = 3'],
  [
    'changed by a bit',
    "UPDATE changes SET bytes = CAST(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) AS BLOB) WHERE key = 'a'",
  ],
  ['cut short', 'UPDATE changes SET bytes = substr(bytes, 1, 25)'],
  ['emptied', "UPDATE changes SET bytes = x''"],
  ['said to be sealed, and is not', "UPDATE changes SET bytes = x'68616c6c6f' WHERE key = 'a'"],
])('a row does not open that was %s', async (_, statement) => {
  const path = join(scratch(), 'config.db');
  const wrapper = newKey();
  const store = await openSealed(path, wrapper);
  for (const [key, value] of [
    ['a', 'first'],
    ['a', 'second'],
    ['b', 'other'],
  ] as const) {
    await store.set('sealed', key, text(value));
  }
  await store.set('plain', 'a', text('plain'));
  await store.close();
  const before = new SqliteStore(path, { sealing: sealSecrets({ wrapper }) });
  await before.connect();
  await before.close();
  tamper(path, statement);
  const again = await openSealed(path, wrapper);
  const key = statement.includes("key = 'b'") ? 'b' : 'a';
  const entry = await again.get('sealed', key);
  // Never empty, and never plain: an error that names the value and the data key.
  expect(() => entry.bytes).toThrow(
    `the value of sealed/${key} version ${entry.version} does not open with data key 1`,
  );
  expect(entry).toMatchObject({ secret: true });
  expect(entry.asMasked().bytes).toHaveLength(0);
});

it('cannot be told apart from its row: only the bytes are other ones', async () => {
  const path = join(scratch(), 'config.db');
  const store = await openSealed(path, newKey());
  const first = await store.set('sealed', 'a', text('same'), { author: 'ann', comment: 'why' });
  await store.set('sealed', 'b', text('same'));
  await store.close();
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare('SELECT * FROM changes ORDER BY revision').all();
  db.close();
  expect(rows).toMatchObject([
    { revision: 1, key: 'a', version: 1, codec: 'raw', author: 'ann', comment: 'why', dek: 1 },
    { revision: 2, key: 'b', version: 1 },
  ]);
  const [a, b] = rows.map(({ bytes }) => Buffer.from(bytes as Uint8Array));
  expect(a?.length).toBe(first.size + 29);
  expect(a?.equals(b as Buffer)).toBe(false);
});

/** A key service that can be away. */
function service(key: KeyWrapper): KeyWrapper & { away: boolean; asked: number } {
  const answer = <T>(work: () => Promise<T>): Promise<T> => {
    wrapper.asked += 1;
    return wrapper.away ? Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:8200')) : work();
  };
  const wrapper = {
    ...{ id: key.id, away: false, asked: 0 },
    wrap: (plain: Uint8Array, signal: AbortSignal) => answer(() => key.wrap(plain, signal)),
    unwrap: (wrapped: Uint8Array, signal: AbortSignal) => answer(() => key.unwrap(wrapped, signal)),
  };
  return wrapper;
}

it('works on but for its secrets while the key service is away, and has them when it is back', async () => {
  const path = join(scratch(), 'config.db');
  const wrapper = service(newKey());
  const first = await openSealed(path, wrapper);
  await first.set('sealed', 'a', text('before'));
  await first.set('plain', 'a', text('before'));
  await first.close();
  wrapper.away = true;
  const store = await openSealed(path, wrapper);
  expect(textOf(await store.get('plain', 'a'))).toBe('before');
  await store.set('plain', 'a', text('meanwhile'));
  const entry = await store.get('sealed', 'a');
  expect(entry).toMatchObject({ version: 1, secret: true });
  // Why is said, and not where the service is.
  expect(() => entry.bytes).toThrow(/^secrets are not available: data key 1: the key service is away$/);
  await expect(store.set('sealed', 'b', text('x'))).rejects.toMatchObject({ code: 'unavailable' });
  const batch = store.batch('plain', [
    { type: 'set', key: 'b', value: text('x') },
    { type: 'set', key: 'secret/c', value: text('x') },
  ]);
  await expect(batch).rejects.toMatchObject({ code: 'unavailable' });
  // All or nothing, also where a value could not be sealed; a deletion needs no key.
  await expect(store.get('plain', 'b')).rejects.toMatchObject({ code: 'not_found' });
  await store.set('sealed', 'gone', text('x')).catch(() => {});
  expect((await store.find('sealed')).entries.map((each) => each.asMasked().key)).toEqual(['a']);
  wrapper.away = false;
  await expect.poll(async () => textOf(await store.get('sealed', 'a').catch(() => text('')))).toBe('before');
  const { asked } = wrapper;
  await store.set('sealed', 'a', text('after'));
  for (let n = 0; n < 100; n += 1) expect(textOf(await store.get('sealed', 'a'))).toBe('after');
  expect(wrapper.asked).toBe(asked);
});

it('makes its first key when the key service comes, and seals nothing before', async () => {
  const path = join(scratch(), 'config.db');
  const wrapper = service(newKey());
  wrapper.away = true;
  const store = await openSealed(path, wrapper);
  await expect(store.set('sealed', 'a', text('x'))).rejects.toMatchObject({ code: 'unavailable' });
  wrapper.away = false;
  await expect.poll(() => store.set('sealed', 'a', text('x')).then(textOf, () => '')).toBe('x');
});

it.each([
  ['another key', () => newKey(), /wrapped by the key key:[0-9a-f]+, and the key given is key:[0-9a-f]+/],
  [
    'a service that unwraps to something else',
    (right: KeyWrapper) => ({ ...right, unwrap: async () => new Uint8Array(32) }),
    /data key 1 does not open: .* unwraps it to another key/,
  ],
  [
    'a key that says it is the right one',
    (right: KeyWrapper) => ({ ...newKey(), id: right.id }),
    /data key 1 does not open: the key is not the key that wrapped it/,
  ],
])('is told at the start that the key is wrong: %s', async (_, other, message) => {
  const path = join(scratch(), 'config.db');
  const right = newKey();
  await (await openSealed(path, right)).close();
  const failure = await openSealed(path, other(right)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConfigError);
  expect(failure).toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(message) });
  await expect(new SqliteStore(path).connect()).rejects.toMatchObject({ message: /its secrets are sealed/ });
  await (await openSealed(path, right)).close();
});

it('seals what was written before it was secret, and leaves no plain byte of it in the file', async () => {
  const path = join(scratch(), 'config.db');
  const plain = new SqliteStore(path);
  await plain.connect();
  for (let n = 0; n < 300; n += 1) await plain.set('sealed', `k${n % 30}`, text(`canary${n}.${'x'.repeat(n)}`));
  await plain.close();
  expect(readFileSync(path).includes('canary')).toBe(true);
  const wrapper = newKey();
  const store = await openSealed(path, wrapper);
  expect(await store.get('sealed', 'k1')).toMatchObject({ secret: true });
  await store.close();
  const table = openSqliteKeys(path);
  expect(await rotateKeys(table, { wrapper, policy, waitMs: 0 })).toMatchObject({ resealed: 300 });
  await table.close();
  expect(readFileSync(path).includes('canary')).toBe(false);
  const again = await openSealed(path, wrapper);
  expect(textOf(await again.get('sealed', 'k1'))).toBe(`canary271.${'x'.repeat(271)}`);
});

it('is rotated and rewrapped while it is written, and loses nothing', async () => {
  const path = join(scratch(), 'config.db');
  const [first, second] = [newKey(), newKey()];
  const stores = [await openSealed(path, first), await openSealed(path, first)];
  const watch = stores[1]?.watch({ namespaces: ['sealed'] });
  onTestFinished(() => watch?.close());
  await watch?.ready;
  const stop = new AbortController();
  const written = new Map<string, string>();
  let sets = 0;
  const writing = stores.map(async (store, at) => {
    for (let n = 0; !stop.signal.aborted; n += 1) {
      await store.set('sealed', `k${at}/${n % 20}`, text(`v${n}`));
      written.set(`k${at}/${n % 20}`, `v${n}`);
      sets += 1;
    }
  });
  const table = openSqliteKeys(path);
  onTestFinished(() => table.close());
  await rotateKeys(table, { wrapper: first, policy, waitMs: 100 });
  await rewrapKeys(table, first, second);
  await expect(rewrapKeys(table, first, newKey())).rejects.toMatchObject({ code: 'invalid_argument' });
  stop.abort();
  await Promise.all(writing);
  for (const [key, value] of written) {
    for (const store of stores) expect(textOf(await store.get('sealed', key))).toBe(value);
  }
  for (let n = 0; n < sets; n += 1) {
    const { value: event } = (await watch?.next()) ?? {};
    expect(event && 'entry' in event && textOf(event.entry)).toMatch(/^v\d+$/);
  }
  expect(await keyStatus(table)).toMatchObject([
    { id: 1, state: 'destroyed', values: 0 },
    { id: 2, state: 'active', values: sets, wrapper: second.id, isDue: false },
  ]);
  const inQuarterYear = Date.now() + 91 * 24 * 3_600_000;
  expect((await keyStatus(table, inQuarterYear)).map(({ isDue }) => isDue)).toEqual([false, true]);
});

it('reminds of a data key that is old, once', async () => {
  const path = join(scratch(), 'config.db');
  const wrapper = newKey();
  await (await openSealed(path, wrapper)).close();
  tamper(path, 'UPDATE data_keys SET created_at = created_at - 91 * 86400000');
  const lines: string[] = [];
  const note = (_: object, message = ''): void => void lines.push(message);
  const logger = { debug: note, info: note, warn: note, error: note };
  const store = new SqliteStore(path, { sealing: sealSecrets({ wrapper, pollIntervalMs: 5, logger }) });
  await store.connect();
  await store.set('ns', 'a', text('x'));
  await store.close();
  expect(lines).toEqual(['the data key of secrets is older than 90 days: rotate it']);
});

it('stops a rotation at the first value that does not open, and destroys nothing', async () => {
  const path = join(scratch(), 'config.db');
  const wrapper = newKey();
  const store = await openSealed(path, wrapper);
  for (let n = 0; n < 5; n += 1) await store.set('sealed', `k${n}`, text(`v${n}`));
  await store.close();
  tamper(path, "UPDATE changes SET bytes = CAST(x'01' || bytes AS BLOB) WHERE key = 'k3'");
  const table = openSqliteKeys(path);
  onTestFinished(() => table.close());
  await expect(rotateKeys(table, { wrapper, policy, waitMs: 0 })).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('the value of sealed/k3 version 1 does not open with data key 1'),
  });
  expect((await keyStatus(table)).map(({ state }) => state)).toEqual(['retired', 'active']);
});
