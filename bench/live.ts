import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, Manager, MemoryStore, type StandardSchema } from '@cfg/client';
import { alternate, line, plain, title } from './lib/report.js';

/* What a live reference costs to read, and how soon an app has its configuration from a cache file. */

const reads = 5_000_000;
/** A schema that takes anything, so that the schema's own cost is left out. */
const anything: StandardSchema = {
  '~standard': { version: 1, vendor: 'bench', validate: (value: unknown) => ({ value }) },
};

title('Live reference');
{
  const store = new MemoryStore();
  await using manager = new Manager({ store });
  await manager.connect();
  const config = manager.namespace('production');
  await config.set('db/pool', 10);
  using db = await config.live('db', anything);
  const holder = { current: db.current as { pool: number } };
  const rate = (read: () => number): number => {
    const began = performance.now();
    let sum = 0;
    for (let i = 0; i < reads; i += 1) sum += read();
    if (sum !== reads * 10) throw new Error(`read ${sum}`);
    return (reads * 1_000) / (performance.now() - began);
  };
  const both = await alternate(
    async () => rate(() => (db.current as { pool: number }).pool),
    async () => rate(() => holder.current.pool),
  );
  line('current.x beside a plain property', 'read/s', both, 0.9);
}

title('From a cache file of 10,000 keys, without a server');
{
  const cacheFile = join(await mkdtemp(join(tmpdir(), 'cfg-bench-')), 'cache');
  const options = { namespace: 'production', cacheFile, bootstrap: {} };
  const store = new MemoryStore();
  await store.connect();
  for (let i = 0; i < 10_000; i += 1) {
    const bytes = Buffer.from(JSON.stringify('x'.repeat(100)));
    await store.set('production', `app/key-${i}`, { bytes, codec: 'json', type: 'string' });
  }
  const first = await connect({ ...options, store });
  await first.live('app', anything);
  await first.close();
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const began = performance.now();
    const config = await connect({ ...options, address: '127.0.0.1:1', server: { insecure: true }, waitMs: 0 });
    if (config.peek('app/key-9999') === undefined) throw new Error('the file was not used');
    times.push(performance.now() - began);
    await config.close();
  }
  const middle = times.sort((a, b) => a - b)[3] ?? Number.NaN;
  plain('connect(), and a key of it', middle, 'ms', '<= 100', middle <= 100);
}
process.exit();
