import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchOperation, EncodedValue } from '@cfg/core';
import { SqliteStore, type SqliteStoreOptions } from '@cfg/sqlite';
import { alternate, line, title } from './lib/report.js';

/* What the index for searches costs writes: the same writes with it and without, alternately. */

const dir = mkdtempSync(join(tmpdir(), 'cfg-bench-search-'));
const words = ['timeout', 'retry', 'limit', 'cache', 'size', 'enabled', 'feature', 'payment', 'user', 'session'];
const word = (i: number): string => words[((i * 2_654_435_761) >>> 0) % words.length] as string;
const keyOf = (i: number): string => `svc-${i % 997}/${word(i)}/${word(i * 7 + 1)}-${i}`;
const dataOf = (i: number): EncodedValue => ({
  bytes: Buffer.from(JSON.stringify({ on: i % 2 === 0, name: word(i * 3), owner: `${word(i * 5)}-${word(i * 11)}` })),
  codec: 'json',
  type: 'custom',
});
const open = async (name: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> => {
  const store = new SqliteStore(join(dir, name), options);
  await store.connect();
  return store;
};

title('what the index costs writes (ratio: with the index to without)');
const stores = { with: await open('with.db'), without: await open('without.db', { searchIndex: false }) };
let round = 0;
const rate = async (store: SqliteStore, count: number, callers: number): Promise<number> => {
  const offset = round++ * 7_919;
  const began = performance.now();
  const call = async (caller: number): Promise<void> => {
    for (let i = caller; i < count; i += callers)
      await store.set('ns', keyOf((offset + i) % 5_000), dataOf(offset + i));
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return (count * 1_000) / (performance.now() - began);
};
for (const [callers, count] of [
  [1, 300],
  [32, 6_000],
] as const) {
  const measured = await alternate(
    () => rate(stores.with, count, callers),
    () => rate(stores.without, count, callers),
  );
  line(`set, ${callers} callers`, 'op/s', measured, 0.67);
}
const batch = async (store: SqliteStore): Promise<number> => {
  const began = performance.now();
  for (let n = 0; n < 20; n += 1) {
    const offset = round++ * 100;
    const operations = Array.from({ length: 100 }, (_, i): BatchOperation => {
      return { type: 'set', key: keyOf((offset + i) % 5_000), value: dataOf(offset + i) };
    });
    await store.batch('ns', operations);
  }
  return 20_000 / (performance.now() - began);
};
line(
  'batch of 100',
  'op/s',
  await alternate(
    () => batch(stores.with),
    () => batch(stores.without),
  ),
  0.67,
);
await stores.with.close();
await stores.without.close();
rmSync(dir, { recursive: true });
