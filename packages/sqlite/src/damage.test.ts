import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, ftruncateSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Change, type Entry, isConfigError } from '@cfg/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkSqlite, SqliteStore, type SqliteStoreOptions } from './index.js';
import { dataOf, json, openStore, scratchPath } from './test/scratch.js';

/** CFG_DAMAGE_RUNS says how many files are damaged; 2,000 for when the format of the file was changed. */
const runs = Number(process.env.CFG_DAMAGE_RUNS ?? 20);

/** A namespace with histories, deleted keys, an expiry, large values and an alias. */
async function fill(path: string): Promise<void> {
  const store = await openStore(path, { historyLimit: 3 });
  for (let round = 0; round < 4; round += 1) {
    const operations = Array.from({ length: 120 }, (_, n) => ({
      type: 'set' as const,
      key: `key-${n}`,
      value: json(n % 10 === 0 ? 'x'.repeat(5_000) + round : { n, round }),
    }));
    await store.batch('a', operations, { comment: 'a round', requestId: `round ${round}` });
  }
  for (let n = 0; n < 20; n += 1) await store.delete('a', `key-${n}`);
  await store.set('b', 'brief', json(1), { ttlMs: 3_600_000 });
  await store.setAlias('second', 'key-50');
  await store.close();
}

const told = ({ key, version, deleted, codec, bytes, comment, createdAtMs, updatedAtMs, expiresAtMs }: Entry): string =>
  JSON.stringify([
    key,
    version,
    deleted,
    codec,
    Buffer.from(bytes).toString(),
    comment,
    createdAtMs,
    updatedAtMs,
    expiresAtMs,
  ]);

/** Asks everything that a store can be asked. Returns each answer, or `unavailable`. */
async function askAll(store: SqliteStore): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  const ask = async (question: string, answer: () => Promise<string>): Promise<void> => {
    const text = await answer().catch((error: unknown) => {
      if (!isConfigError(error)) throw error;
      return error.code;
    });
    answers.set(question, text);
  };
  for (let n = 0; n < 120; n += 1) {
    const key = `key-${n}`;
    await ask(`get ${key}`, async () => told(await store.get('a', key)));
    await ask(`versions ${key}`, async () => {
      const { entries } = await store.versions('a', key, { includeDeleted: true });
      return entries.map(told).join();
    });
  }
  for (const namespace of ['a', 'b']) {
    await ask(`find ${namespace}`, async () => {
      const { entries, revision } = await store.find(namespace, { includeDeleted: true });
      return `${revision} ${entries.map(told).join()}`;
    });
  }
  await ask('alias', async () => JSON.stringify(await store.getAlias('second')));
  await ask('stats', async () => JSON.stringify([...(await store.stats()).namespaces]));
  await ask('log', async () => {
    const { revision, oldestRevision } = await store.revision();
    await using stream = store.watch({}, { startRevision: oldestRevision });
    const lines: string[] = [];
    while (lines.length < revision - oldestRevision) {
      const change = (await stream.next()).value as Change;
      lines.push(`${change.revision} ${change.type} ${change.more} ${change.requestId} ${told(change.entry)}`);
    }
    return lines.join();
  });
  return answers;
}

async function opened(path: string, options: SqliteStoreOptions): Promise<SqliteStore | undefined> {
  const store = new SqliteStore(path, options);
  try {
    await store.connect();
    return store;
  } catch (error) {
    if (!isConfigError(error)) throw error;
    expect(['unavailable', 'invalid_argument']).toContain(error.code);
    expect(error.message).toContain(path);
    await store.close();
    return undefined;
  }
}

function flipBit(path: string, offset: number, bit: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, offset);
  byte[0] = (byte[0] ?? 0) ^ (1 << bit);
  writeSync(file, byte, 0, 1, offset);
  closeSync(file);
}

it(`answers nothing wrong from a file with a changed bit that it took after a check (${runs} files)`, {
  timeout: 60_000 + runs * 10_000,
}, async () => {
  const path = scratchPath();
  await fill(path);
  const size = statSync(path).size;
  const sound = await openStore(path, { integrityCheck: 'always' });
  const expected = await askAll(sound);
  await sound.close();
  let refused = 0;
  const place = fc.record({ offset: fc.nat(size - 1), bit: fc.nat(7) });
  await fc.assert(
    fc.asyncProperty(place, async ({ offset, bit }) => {
      const damaged = scratchPath();
      copyFileSync(path, damaged);
      flipBit(damaged, offset, bit);
      const store = await opened(damaged, { integrityCheck: 'always', cacheBytes: 0 });
      if (store === undefined) refused += 1;
      else {
        expect(await askAll(store)).toEqual(expected);
        await store.close();
      }
    }),
    { numRuns: runs },
  );
  expect(refused).toBeGreaterThan(runs / 4);
});

it(`answers no value that was changed, without a check too (${runs} files)`, {
  timeout: 60_000 + runs * 10_000,
}, async () => {
  const path = scratchPath();
  await fill(path);
  const sound = await openStore(path);
  const expected = await askAll(sound);
  await sound.close();
  const file = readFileSync(path);
  let found = 0;
  /** Where values of the keys are, in all their versions. */
  const places = [...file.toString('latin1').matchAll(/"round":|xxxxxxxx/g)].map(({ index }) => index);
  expect(places.length).toBeGreaterThan(100);
  await fc.assert(
    fc.asyncProperty(fc.nat(places.length - 1), fc.nat(7), fc.nat(7), async (which, byte, bit) => {
      const damaged = scratchPath();
      copyFileSync(path, damaged);
      flipBit(damaged, (places[which] ?? 0) + byte, bit);
      let isDamaged = false;
      try {
        checkSqlite(damaged);
      } catch (error) {
        expect(error).toMatchObject({ code: 'unavailable' });
        isDamaged = true;
      }
      found += isDamaged ? 1 : 0;
      const store = await openStore(damaged, { cacheBytes: 0 });
      for (const [question, answer] of await askAll(store)) {
        // Bytes that nothing uses any more are found changed by nobody.
        if (answer !== 'unavailable' || !isDamaged) {
          expect([question, answer]).toEqual([question, expected.get(question)]);
        }
      }
      const { ok, message } = await store.health();
      expect([ok, message !== undefined]).toEqual([true, isDamaged]);
      // Whatever does not need the row goes on.
      expect((await store.set('a', 'new', json(1))).version).toBe(1);
      await store.close();
    }),
    { numRuns: Math.ceil(runs / 4) },
  );
  expect(found).toBeGreaterThan(0);
});

it(`after a torn write-ahead log has all that was in the file before, and of the rest the beginning (${runs} logs)`, {
  timeout: 60_000 + runs * 10_000,
}, async () => {
  const path = scratchPath();
  await fill(path);
  const before = await openStore(path);
  const { revision: kept } = await before.revision();
  await before.close();
  // The process ends without closing the file: the log has 60 commits that the file has not.
  spawnSync(process.execPath, [join(import.meta.dirname, '../dist/test/crash-process.js'), path, '60']);
  const walSize = statSync(`${path}-wal`).size;
  const tear = fc.record({ at: fc.nat(walSize), garbage: fc.uint8Array({ maxLength: 20_000 }), isCut: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(tear, async ({ at, garbage, isCut }) => {
      const torn = scratchPath();
      copyFileSync(path, torn);
      copyFileSync(`${path}-wal`, `${torn}-wal`);
      const wal = openSync(`${torn}-wal`, 'r+');
      if (isCut) ftruncateSync(wal, at);
      writeSync(wal, garbage, 0, garbage.length, at);
      closeSync(wal);
      const store = await openStore(torn);
      const { revision } = await store.revision();
      expect(revision).toBeGreaterThanOrEqual(kept);
      expect(revision).toBeLessThanOrEqual(kept + 60);
      const last = revision === kept ? undefined : await store.get('a', 'last');
      expect(last === undefined ? kept : last.revision).toBe(revision);
      if (last !== undefined) expect(dataOf(last)).toBe(revision - kept);
      await store.close();
      checkSqlite(torn);
      const again = await openStore(torn);
      expect((await again.set('a', 'last', json('on'))).revision).toBe(revision + 1);
      await again.close();
    }),
    { numRuns: runs },
  );
});

it('checks a file as a whole, also while a store has it open', async () => {
  const path = scratchPath();
  await fill(path);
  const store = await openStore(path);
  checkSqlite(path);
  await store.close();
  const damaged = (sql: string): string => {
    const copy = scratchPath();
    copyFileSync(path, copy);
    const db = new DatabaseSync(copy);
    db.exec(sql);
    db.close();
    return copy;
  };
  const wrong: readonly (readonly [sql: string, reason: RegExp])[] = [
    ["DELETE FROM entries WHERE key = 'key-50'", /a key without an entry a\/key-50/],
    ["UPDATE entries SET version = 2 WHERE key = 'key-51'", /an entry without its change a\/key-51/],
    ["UPDATE tombstones SET revision = 1 WHERE key = 'key-3'", /a tombstone without its change a\/key-3/],
    ["UPDATE entries SET expires_at = 1 WHERE key = 'key-52'", /another time of expiry a\/key-52/],
    ['UPDATE namespaces SET entries = entries + 1', /a wrong count of the namespace/],
    ["UPDATE aliases SET target = 'key-51'", /the alias of revision/],
    ["UPDATE changes SET comment = 'another' WHERE revision = 400", /the change of revision 400/],
    ['DELETE FROM changes WHERE revision = (SELECT max(revision) - 1 FROM changes)', /without its change|a hole/],
  ];
  for (const [sql, reason] of wrong) {
    const copy = damaged(sql);
    expect(() => checkSqlite(copy)).toThrow(expect.objectContaining({ message: expect.stringMatching(reason) }));
  }
  const misled = await openStore(damaged("UPDATE entries SET version = 2 WHERE key = 'key-51'"));
  await expect(misled.get('a', 'key-51')).rejects.toMatchObject({ code: 'unavailable' });
  await expect(misled.set('a', 'key-51', json(1))).rejects.toMatchObject({ code: 'unavailable' });
  await expect(misled.find('a', { prefix: 'key-5' })).rejects.toMatchObject({ code: 'unavailable' });
  expect((await misled.get('a', 'key-53')).version).toBe(4);
});

it('takes any text and any bytes for what they are', async () => {
  const path = scratchPath();
  const store = await openStore(path, { cacheBytes: 0 });
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const value = fc.uint8Array({ maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(text, text, value, async (comment, author, bytes) => {
      await store.set('a', 'x', { bytes, codec: 'raw', type: 'custom' }, { comment, author });
      expect([...(await store.get('a', 'x')).bytes]).toEqual([...bytes]);
    }),
    { numRuns: 20 },
  );
  const lone = { comment: '\ud800 \0', author: 'a\udfff', requestId: '\ud800' };
  await store.set('a', 'x', json(1), lone);
  expect((await store.get('a', 'x')).version).toBe(21);
  await store.close();
  checkSqlite(path);
});
