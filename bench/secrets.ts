import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchOperation, EncodedValue } from '@cfg/core';
import { localKey, sealSecrets } from '@cfg/secrets';
import { SqliteStore, type SqliteStoreOptions } from '@cfg/sqlite';
import { alternate, line, median, title } from './lib/report.js';

/*
 * The cost of sealing: the same calls on values of 1 KB in a SQLite file that seals all of them and in one that seals
 * none, by turns.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const keys = 2_000;
const goal = 0.8;
const dir = mkdtempSync(join(tmpdir(), 'cfg-bench-secrets-'));
const value: EncodedValue = { bytes: randomBytes(1_024), codec: 'raw', type: 'custom' };
const sealing = sealSecrets({ wrapper: localKey(randomBytes(32)), secrets: ['*'] });

async function open(name: string, options: SqliteStoreOptions): Promise<SqliteStore> {
  const store = new SqliteStore(join(dir, name), { searchIndex: false, ...options });
  await store.connect();
  return store;
}

async function fill(store: SqliteStore): Promise<void> {
  for (let i = 0; i < keys; i += 1_000) {
    const operations = Array.from({ length: 1_000 }, (_, n): BatchOperation => {
      return { type: 'set', key: `app/k${i + n}`, value };
    });
    await store.batch('ns', operations);
  }
}

/** Calls per second, and per second of CPU time of all threads, by so many callers for a while. */
async function rates(callers: number, call: (i: number) => Promise<unknown>): Promise<{ clock: number; cpu: number }> {
  const began = performance.now();
  const before = process.cpuUsage();
  let calls = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - began < ms) await call(calls++);
  };
  await Promise.all(Array.from({ length: callers }, one));
  const { user, system } = process.cpuUsage(before);
  return { clock: (calls * 1_000) / (performance.now() - began), cpu: (calls * 1e6) / (user + system) };
}

const key = (i: number): string => `app/k${(i * 7_919) % keys}`;

async function compare(
  what: string,
  stores: readonly [sealed: SqliteStore, plain: SqliteStore],
  callers: number,
  call: (store: SqliteStore, i: number) => Promise<unknown>,
  goal?: number,
): Promise<void> {
  const [sealed, plain] = stores;
  const cpu = { ours: [] as number[], bare: [] as number[] };
  const measured = async (store: SqliteStore, side: 'ours' | 'bare'): Promise<number> => {
    const one = await rates(callers, (i) => call(store, i));
    cpu[side].push(one.cpu);
    return one.clock;
  };
  const clock = await alternate(
    () => measured(sealed, 'ours'),
    () => measured(plain, 'bare'),
  );
  line(what, 'op/s', clock, goal);
  // A busy machine changes this less.
  line('  the same, by the CPU time', 'op/s', { ours: median(cpu.ours), bare: median(cpu.bare) }, goal);
}

title('values of 1 KB', ['sealed', 'plain']);
const kept = [await open('sealed.db', { sealing }), await open('plain.db', {})] as const;
for (const store of kept) await fill(store);
await compare('set, 1 caller', kept, 1, (store, i) => store.set('ns', key(i), value), goal);
await compare('set, 32 callers', kept, 32, (store, i) => store.set('ns', key(i), value), goal);
const hundred = (i: number): BatchOperation[] =>
  Array.from({ length: 100 }, (_, n) => ({ type: 'set', key: key(i * 100 + n), value }));
await compare('batch of 100', kept, 1, (store, i) => store.batch('ns', hundred(i)), goal);
await compare('get', kept, 1, (store, i) => store.get('ns', key(i)), goal);
await compare('list of 100', kept, 1, (store) => store.find('ns', { limit: 100 }), goal);
await Promise.all(kept.map((store) => store.close()));

title('the same where nothing is kept in memory: every value is opened', ['sealed', 'plain']);
const read = [await open('sealed.db', { sealing, cacheBytes: 0 }), await open('plain.db', { cacheBytes: 0 })] as const;
await compare('get', read, 1, async (store, i) => (await store.get('ns', key(i))).bytes);
await compare('list of 100', read, 1, async (store) => {
  for (const { bytes } of (await store.find('ns', { limit: 100 })).entries) bytes.at(0);
});
await Promise.all(read.map((store) => store.close()));
rmSync(dir, { recursive: true });
