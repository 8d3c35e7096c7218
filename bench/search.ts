import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchOperation, EncodedValue } from '@cfg/core';
import { PostgresStore } from '@cfg/postgres';
import { SqliteStore } from '@cfg/sqlite';
import pg from 'pg';
import { startPostgres } from './lib/postgres.js';
import { alternate, line, title } from './lib/report.js';

/*
 * Searches in a store of many keys (arguments: how many, 1,000,000; sqlite or postgres), and what its index costs writes:
 * the same writes with it and without, alternately.
 */

const total = Number(process.argv[2] ?? 1_000_000);
const isPostgres = process.argv[3] === 'postgres';
const dir = mkdtempSync(join(tmpdir(), 'cfg-bench-search-'));
const database = isPostgres ? await startPostgres() : undefined;
const words = ['timeout', 'retry', 'limit', 'cache', 'size', 'enabled', 'feature', 'payment', 'user', 'session'];
const word = (i: number): string => words[((i * 2_654_435_761) >>> 0) % words.length] as string;
const keyOf = (i: number): string => `svc-${i % 997}/${word(i)}/${word(i * 7 + 1)}-${i}`;
const dataOf = (i: number): EncodedValue => ({
  bytes: Buffer.from(JSON.stringify({ on: i % 2 === 0, name: word(i * 3), owner: `${word(i * 5)}-${word(i * 11)}` })),
  codec: 'json',
  type: 'custom',
});
type BenchStore = SqliteStore | PostgresStore;
const open = async (name: string, options: { searchIndex?: boolean; logLimit?: number } = {}): Promise<BenchStore> => {
  const store =
    database === undefined
      ? new SqliteStore(join(dir, `${name}.db`), options)
      : new PostgresStore(database.url, { tablePrefix: `${name}_`, ...options });
  await store.connect();
  return store;
};

title('what the index costs writes (ratio: with the index to without)');
const stores = { with: await open('with'), without: await open('without', { searchIndex: false }) };
let round = 0;
const rate = async (store: BenchStore, count: number, callers: number): Promise<number> => {
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
const batch = async (store: BenchStore): Promise<number> => {
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

title(`searches in ${total.toLocaleString('en')} keys`);
const store = await open('many', { logLimit: 1_000 });
for (let i = 0; i < total; ) {
  const operations: BatchOperation[] = [];
  for (; operations.length < 1_000 && i < total; i += 1)
    operations.push({ type: 'set', key: keyOf(i), value: dataOf(i) });
  await store.batch(`team-${Math.floor(i / 10_000)}`, operations);
}
/** How much the store takes, in megabytes, and how many changes the index has yet to take up. */
async function filled(): Promise<{ readonly megabytes: number; readonly lag: number }> {
  if (database === undefined) {
    const file = join(dir, 'many.db');
    const peek = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(file, { readOnly: true, timeout: 5_000 });
    const row = peek.prepare('SELECT (SELECT max(revision) FROM changes) - indexed_to AS lag FROM log').get();
    peek.close();
    return { megabytes: statSync(file).size / 1e6, lag: row?.lag as number };
  }
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(`
    SELECT (SELECT revision FROM many_log) - indexed_to AS lag, (
      SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname LIKE 'many%' AND relkind = 'r') AS bytes
    FROM many_search_log`);
  await client.end();
  return { megabytes: Number(rows[0].bytes) / 1e6, lag: Number(rows[0].lag) };
}
console.log(`  filled: ${(await filled()).megabytes.toFixed(0)} MB`);
const began = performance.now();
while ((await filled()).lag > 0) await sleep(1_000);
const seconds = (performance.now() - began) / 1_000;
console.log(`  indexed ${seconds.toFixed(0)} s later: ${(await filled()).megabytes.toFixed(0)} MB`);
for (const text of [
  'timeout',
  'ti',
  'svc-996/',
  `retry-99${total % 1000}`,
  'xyzzy',
  'session/session-19',
  'payment-user',
  'zz',
  'e":"ses',
  '-123456',
]) {
  const times: number[] = [];
  let matches = 0;
  for (let i = 0; i < 5; i += 1) {
    const start = performance.now();
    const page = await store.search({ text, limit: 50 });
    times.push(performance.now() - start);
    matches = page.matches.length;
  }
  console.log(
    `  ${JSON.stringify(text).padEnd(24)} ${String(matches).padStart(3)} matches; first ${times[0]?.toFixed(1)} ms, then ${times.sort((a, b) => a - b)[2]?.toFixed(1)} ms`,
  );
}
console.log(`  resident ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
await store.close();
await database?.stop();
rmSync(dir, { recursive: true });
