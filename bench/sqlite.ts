import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EncodedValue } from '@cfg/core';
import { SqliteStore } from '@cfg/sqlite';
import { RawSqlite } from './lib/raw-sqlite.js';
import { alternate, line, title } from './lib/report.js';

/*
 * The SQLite store beside raw node:sqlite, WAL and synchronous=FULL, which runs the same statements on the same tables
 * (lib/raw-sqlite.ts) or, for comparison, the least that keeps a value durable: a row of a table and a row of a log. The
 * store decides what it writes, on a thread of its own, and tells watchers, which is what the ratio tells.
 */

const dir = mkdtempSync(join(tmpdir(), 'cfg-bench-'));
const store = new SqliteStore(join(dir, 'ours.db'));
await store.connect();
const raw = await RawSqlite.open(join(dir, 'raw.db'));
const db = new DatabaseSync(join(dir, 'bare.db'));
db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL');
db.exec('CREATE TABLE entries (namespace TEXT, key TEXT, value BLOB, PRIMARY KEY (namespace, key)) WITHOUT ROWID');
db.exec('CREATE TABLE log (revision INTEGER PRIMARY KEY, namespace TEXT, key TEXT, value BLOB)');
const append = db.prepare('INSERT INTO log (namespace, key, value) VALUES (?, ?, ?)');
const upsert = db.prepare('INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
const select = db.prepare('SELECT value FROM entries WHERE namespace = ? AND key = ?');

/** Another value each time: SQLite writes no page for a row that stays as it is. */
let written = 0;
const nextBytes = (): Buffer => {
  written += 1;
  return Buffer.alloc(100, String(written));
};
const keys = Array.from({ length: 1_000 }, (_, i) => `app/key-${i}`);
const key = (i: number): string => keys[i % keys.length] as string;
const set = (i: number): Promise<unknown> => store.set('ns', key(i), encoded(nextBytes()));
const encoded = (bytes: Uint8Array): EncodedValue => ({ bytes, codec: 'raw', type: 'custom' });
const twoRows = (i: number): void => {
  const bytes = nextBytes();
  upsert.run('ns', key(i), bytes);
  append.run('ns', key(i), bytes);
};
/** So many in one transaction. */
const twoRowsOf = (count: number, first = 0): void => {
  db.exec('BEGIN IMMEDIATE');
  for (let i = first; i < first + count; i += 1) twoRows(i);
  db.exec('COMMIT');
};
await Promise.all(keys.map((_, i) => set(i)));
raw.set('ns', keys, nextBytes());
twoRowsOf(keys.length);

/** Operations per second of `run`, which does `count` of them. */
const rate = async (count: number, run: (count: number) => void | Promise<void>): Promise<number> => {
  const began = performance.now();
  await run(count);
  return (count * 1_000) / (performance.now() - began);
};
/** Of so many operations, one after the other. */
const each =
  (count: number, one: (i: number) => unknown): (() => Promise<number>) =>
  () =>
    rate(count, async () => {
      for (let i = 0; i < count; i += 1) await one(i);
    });

title('SQLite store beside raw node:sqlite');
const get = each(20_000, (i) => store.get('ns', key(i)));
line(
  'get',
  'op/s',
  await alternate(
    get,
    each(20_000, (i) => select.get('ns', key(i))),
  ),
);
const [one, oneRaw] = [each(400, set), each(400, (i) => raw.set('ns', [key(i)], nextBytes()))];
// The first run is slow on every side.
for (const warmUp of [one, oneRaw, one]) await warmUp();
line('set, one after the other, same statements', 'op/s', await alternate(one, oneRaw, 11), 0.7);
const oneBare = each(400, (i) => twoRowsOf(1, i));
line('set, one after the other, two rows', 'op/s', await alternate(one, oneBare));
const hundred = (): Promise<unknown> => {
  const value = encoded(nextBytes());
  return store.batch(
    'ns',
    keys.slice(0, 100).map((name) => ({ type: 'set', key: name, value })),
  );
};
const batches = each(40, hundred);
await batches();
const batchesRaw = each(40, () => raw.set('ns', keys.slice(0, 100), nextBytes()));
line('batch of 100, same statements', 'op/s', await alternate(batches, batchesRaw, 11), 0.5);
const batchesBare = each(40, () => twoRowsOf(100));
line('batch of 100, two rows each', 'op/s', await alternate(batches, batchesBare));
const together = (): Promise<number> =>
  rate(3_000, async (count) => {
    await Promise.all(Array.from({ length: count }, (_, i) => set(i)));
  });
const togetherRaw = each(1, () =>
  raw.set(
    'ns',
    Array.from({ length: 3_000 }, (_, i) => key(i)),
    nextBytes(),
  ),
);
line(
  'set, 3,000 at once; raw: one transaction',
  'op/s',
  await alternate(together, async () => 3_000 * (await togetherRaw())),
);
await store.close();
raw.close();
db.close();
rmSync(dir, { recursive: true });
