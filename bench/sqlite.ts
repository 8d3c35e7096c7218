import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EncodedValue } from '@cfg/core';
import { SqliteStore } from '@cfg/sqlite';
import { alternate, line, title } from './lib/report.js';

/*
 * The SQLite store beside raw node:sqlite, WAL and synchronous=FULL: a row and a row of a log in one transaction. The
 * store does more with a write (history, revisions, namespaces, watchers), and writes on a thread of its own, which is
 * what the ratio tells.
 */

const dir = mkdtempSync(join(tmpdir(), 'cfg-bench-'));
const store = new SqliteStore(join(dir, 'ours.db'));
await store.connect();
const db = new DatabaseSync(join(dir, 'bare.db'));
db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL');
db.exec('CREATE TABLE entries (namespace TEXT, key TEXT, value BLOB, PRIMARY KEY (namespace, key)) WITHOUT ROWID');
db.exec('CREATE TABLE log (revision INTEGER PRIMARY KEY, namespace TEXT, key TEXT, value BLOB)');
const append = db.prepare('INSERT INTO log (namespace, key, value) VALUES (?, ?, ?)');
const upsert = db.prepare('INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
const select = db.prepare('SELECT value FROM entries WHERE namespace = ? AND key = ?');

const bytes = Buffer.alloc(100, '1');
const value: EncodedValue = { bytes, codec: 'raw', type: 'custom' };
const keys = Array.from({ length: 1_000 }, (_, i) => `app/key-${i}`);
const key = (i: number): string => keys[i % keys.length] as string;
for (const name of keys) {
  await store.set('ns', name, value);
  upsert.run('ns', name, bytes);
}

const write = (i: number): void => {
  upsert.run('ns', key(i), bytes);
  append.run('ns', key(i), bytes);
};

/** Operations per second of `run`, which does `count` of them. */
const rate = async (count: number, run: (count: number) => void | Promise<void>): Promise<number> => {
  const began = performance.now();
  await run(count);
  return (count * 1_000) / (performance.now() - began);
};

title('SQLite store beside raw node:sqlite');
const reads = await alternate(
  () =>
    rate(20_000, async (count) => {
      for (let i = 0; i < count; i += 1) await store.get('ns', key(i));
    }),
  () =>
    rate(20_000, (count) => {
      for (let i = 0; i < count; i += 1) select.get('ns', key(i));
    }),
);
line('get', 'op/s', reads);
const single = await alternate(
  () =>
    rate(300, async (count) => {
      for (let i = 0; i < count; i += 1) await store.set('ns', key(i), value);
    }),
  () =>
    rate(300, (count) => {
      for (let i = 0; i < count; i += 1) {
        db.exec('BEGIN IMMEDIATE');
        write(i);
        db.exec('COMMIT');
      }
    }),
);
line('set, one after the other', 'op/s', single, 0.7);
const together = await alternate(
  () =>
    rate(3_000, async (count) => {
      await Promise.all(Array.from({ length: count }, (_, i) => store.set('ns', key(i), value)));
    }),
  () =>
    rate(3_000, (count) => {
      db.exec('BEGIN');
      for (let i = 0; i < count; i += 1) write(i);
      db.exec('COMMIT');
    }),
);
line('set, 3,000 at once', 'op/s', together);
const hundred = Array.from({ length: 100 }, (_, i) => ({ type: 'set' as const, key: key(i), value }));
const batches = await alternate(
  () =>
    rate(50, async (count) => {
      for (let i = 0; i < count; i += 1) await store.batch('ns', hundred);
    }),
  () =>
    rate(50, (count) => {
      for (let i = 0; i < count; i += 1) {
        db.exec('BEGIN IMMEDIATE');
        for (let n = 0; n < 100; n += 1) write(n);
        db.exec('COMMIT');
      }
    }),
);
line('batch of 100, one after the other', 'op/s', batches, 0.5);
await store.close();
db.close();
rmSync(dir, { recursive: true });
