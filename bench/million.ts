import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchOperation } from '@cfg/core';
import { GetRequest, ListRequest, SearchRequest } from '@cfg/proto';
import { SqliteStore } from '@cfg/sqlite';
import { Program } from './lib/program.js';
import { RawDriver } from './lib/raw-driver.js';
import { alternate, line, median, plain, title } from './lib/report.js';

/*
 * `cfg-server` on a SQLite file of many keys (BENCH_KEYS; 1,000,000): how soon it serves, what it weighs, searches, and
 * reads beside those of a server on a file of a thousand keys. With BENCH_DIR the files are kept there, for the next run.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const total = Number(process.env.BENCH_KEYS ?? 1_000_000);
const few = 1_000;
const service = '/config.v1.ConfigService';
const mb = 1024 * 1024;
const { BENCH_DIR } = process.env;
const dir = BENCH_DIR ?? mkdtempSync(join(tmpdir(), 'cfg-bench-million-'));
const words = ['timeout', 'retry', 'limit', 'cache', 'size', 'enabled', 'feature', 'payment', 'user', 'session'];
const word = (i: number): string => words[((i * 2_654_435_761) >>> 0) % words.length] as string;
const keyOf = (i: number): string => `svc-${i % 997}/${word(i)}/${word(i * 7 + 1)}-${i}`;
const dataOf = (i: number): Buffer =>
  Buffer.from(JSON.stringify({ on: i % 2 === 0, name: word(i * 3), owner: `${word(i * 5)}-${word(i * 11)}` }));
const namespaceOf = (i: number): string => `team-${Math.floor(i / 10_000)}`;

/** Makes a file of so many keys, the index for searches included. */
async function fill(path: string, count: number): Promise<void> {
  if (existsSync(path)) return;
  const store = new SqliteStore(path, { logLimit: 1_000 });
  await store.connect();
  for (let i = 0; i < count; ) {
    const namespace = namespaceOf(i);
    const operations: BatchOperation[] = [];
    for (; operations.length < 1_000 && i < count; i += 1) {
      operations.push({ type: 'set', key: keyOf(i), value: { bytes: dataOf(i), codec: 'json', type: 'custom' } });
    }
    await store.batch(namespace, operations);
  }
  const peek = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  const lag = peek.prepare('SELECT (SELECT max(revision) FROM changes) - indexed_to AS lag FROM log');
  while ((lag.get()?.lag as number) > 0) await sleep(500);
  peek.close();
  await store.close();
}

const files = { many: join(dir, 'many.db'), few: join(dir, 'few.db') };
const began = performance.now();
await fill(files.many, total);
await fill(files.few, few);
const size = (statSync(files.many).size / mb).toFixed(0);
console.log(`  ${total} keys written and indexed in ${((performance.now() - began) / 1_000).toFixed(0)} s: ${size} MB`);

title(`cfg-server on a SQLite file of ${total.toLocaleString('en-US')} keys`, ['many', `${few}`]);
const starts = { many: [] as number[], few: [] as number[] };
for (let i = 0; i < 5; i += 1) {
  for (const which of ['few', 'many'] as const) {
    const startedMs = performance.now();
    const program = await Program.start('--store', `sqlite:${files[which]}`);
    starts[which].push(performance.now() - startedMs);
    await program.stop();
  }
}
const [started, startedFew] = [median(starts.many), median(starts.few)];
plain(`until it serves (of ${few} keys: ${startedFew.toFixed(0)} ms)`, started, 'ms', '<= 2,000', started <= 2_000);

const programs = {
  many: await Program.start('--store', `sqlite:${files.many}`),
  few: await Program.start('--store', `sqlite:${files.few}`),
};
/** How much memory each takes; the goal is of the large one. */
function weigh(what: string): void {
  const [many, thousand] = [programs.many.residentBytes() / mb, programs.few.residentBytes() / mb];
  plain(`${what} (of ${few} keys: ${thousand.toFixed(0)} MB)`, many, 'MB', '<= 400', many <= 400);
}
weigh('resident at first');
const drivers = { many: await RawDriver.open(programs.many.port), few: await RawDriver.open(programs.few.port) };
/** A thousand keys all over the file. */
const gets = (count: number): Uint8Array[] =>
  Array.from({ length: few }, (_, n) => Math.floor((n * count) / few)).map((i) =>
    GetRequest.encode(GetRequest.fromPartial({ namespace: namespaceOf(i), key: keyOf(i) })).finish(),
  );
/** The first pages of nine prefixes, each in a namespace of its own where there are so many. */
const lists = (count: number): Uint8Array[] =>
  Array.from({ length: 9 }, (_, n) => n + 1).map((n) =>
    ListRequest.encode(
      ListRequest.fromPartial({ namespace: namespaceOf(Math.floor((count * n) / 10)), prefix: `svc-${n}`, limit: 50 }),
    ).finish(),
  );
const rate = (driver: RawDriver, method: string, messages: readonly Uint8Array[]) => () =>
  driver.rate(`${service}/${method}`, messages, ms, { answerBytes: 100 });
const [get, getFew] = [rate(drivers.many, 'Get', gets(total)), rate(drivers.few, 'Get', gets(few))];
line('Get', 'call/s', await alternate(get, getFew), 0.8);
const [list, listFew] = [rate(drivers.many, 'List', lists(total)), rate(drivers.few, 'List', lists(few))];
line('List, a page of 50', 'call/s', await alternate(list, listFew), 0.8);

weigh('resident after reads');

const texts = [
  'timeout',
  'ti',
  'svc-996/',
  'retry-99123',
  'xyzzy',
  'session/session-19',
  'payment-user',
  'zz',
  'e":"ses',
  '-123456',
];
for (const text of texts) {
  const message = SearchRequest.encode(SearchRequest.fromPartial({ query: text, limit: 50 })).finish();
  const times: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const startedMs = performance.now();
    await drivers.many.answerBytes('/config.v1.ConfigOperations/Search', message);
    times.push(performance.now() - startedMs);
  }
  const first = times[0] as number;
  plain(`Search ${JSON.stringify(text)}, the first page, at first`, first, 'ms', '<= 50', first <= 50);
  plain('  and again', median(times), 'ms', '<= 50', median(times) <= 50);
}
weigh('resident after searches');
for (const driver of Object.values(drivers)) driver.close();
for (const program of Object.values(programs)) await program.stop();
if (BENCH_DIR === undefined) rmSync(dir, { recursive: true });
process.exit();
