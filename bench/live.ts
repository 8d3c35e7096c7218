import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, Manager, MemoryStore, type StandardSchema } from '@cfg/client';
import { openChannel } from '@cfg/client/channel';
import { ConfigServiceDefinition } from '@cfg/proto';
import { createClient } from 'nice-grpc';
import { startServer } from './lib/child.js';
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

title('Ready with 10,000 keys of a server, by its second start');
{
  const server = await startServer('ours');
  await server.tell('fill', 10_000);
  const address = `127.0.0.1:${server.port}`;
  const namespace = 'n10000';
  const ours = async (): Promise<number> => {
    const began = performance.now();
    const config = await connect({ namespace, address, cacheFile: false, server: { insecure: true } });
    using loaded = await config.namespace.load();
    const elapsedMs = performance.now() - began;
    if (loaded.get('app/key-0009999') === undefined) throw new Error('not everything is there');
    await config.close();
    return elapsedMs;
  };
  // The calls that carry the same bytes, by the same library, and nothing else.
  const bare = async (): Promise<number> => {
    const began = performance.now();
    const channel = openChannel(address, { insecure: true });
    const client = createClient(ConfigServiceDefinition, channel);
    let count = 0;
    let cursor = '';
    do {
      const page = await client.list({ namespace, limit: 5_000, cursor });
      count += page.entries.length;
      cursor = page.nextCursor;
    } while (cursor !== '');
    const elapsedMs = performance.now() - began;
    if (count !== 10_000) throw new Error(`${count} entries`);
    channel.close();
    return elapsedMs;
  };
  const times = await alternate(ours, bare, 15);
  const ratio = times.ours / times.bare;
  line('connect() and load() beside the bare calls', 'ms', times);
  plain('  as a multiple of them, in hundredths', ratio * 100, '', '<= 150', ratio <= 1.5);
  server.stop();
}
process.exit();
