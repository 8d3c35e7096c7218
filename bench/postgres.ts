import type { EncodedValue } from '@cfg/core';
import { PostgresStore } from '@cfg/postgres';
import pg from 'pg';
import { startPostgres } from './lib/postgres.js';
import { alternate, line, title } from './lib/report.js';

/*
 * The PostgreSQL store: reads beside bare pg selecting the same row, and what 32 callers write beside one that waits for
 * each write. The database waits for the disk with every commit.
 */

const database = await startPostgres();
const store = new PostgresStore(database.url);
await store.connect();
const pool = new pg.Pool({ connectionString: database.url });

const value: EncodedValue = { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' };
const keys = Array.from({ length: 1_000 }, (_, i) => `app/key-${i}`);
const key = (i: number): string => keys[i % keys.length] as string;
await store.batch(
  'ns',
  keys.map((name) => ({ type: 'set', key: name, value })),
);

/** Operations per second, by so many callers at once. */
async function rate(count: number, callers: number, run: (i: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const caller = async (first: number): Promise<void> => {
    for (let i = first; i < count; i += callers) await run(i);
  };
  await Promise.all(Array.from({ length: callers }, (_, first) => caller(first)));
  return (count * 1_000) / (performance.now() - began);
}

const select = {
  name: 'bare',
  text: `SELECT c.* FROM cfg_keys k JOIN cfg_changes c USING (revision) WHERE k.namespace = $1 AND k.key = $2`,
};
const set = (i: number): Promise<unknown> => store.set('ns', key(i), value);

title('PostgreSQL store beside bare pg');
const reads = await alternate(
  () => rate(3_000, 1, (i) => store.get('ns', key(i))),
  () => rate(3_000, 1, (i) => pool.query({ ...select, values: ['ns', key(i)] })),
);
line('get, one caller', 'op/s', reads, 0.8);
const manyReads = await alternate(
  () => rate(6_000, 32, (i) => store.get('ns', key(i))),
  () => rate(6_000, 32, (i) => pool.query({ ...select, values: ['ns', key(i)] })),
);
line('get, 32 callers', 'op/s', manyReads, 0.8);
title('PostgreSQL store, writes by 32 callers beside one', ['32', 'one']);
const writes = await alternate(
  () => rate(3_200, 32, set),
  () => rate(200, 1, set),
);
line('set', 'op/s', writes, 4);
await pool.end();
await store.close();
await database.stop();
