import { LruCache, Manager, MemoryStore, type Namespace } from '@cfg/client';
import { alternate, line, plain, title } from './lib/report.js';

/* Reads of remembered keys, beside a bare Map over the same random keys. */

const reads = 400_000;

for (const count of [100, 100_000]) {
  const store = new MemoryStore();
  await using manager = new Manager({ store, cache: new LruCache({ maxEntries: 200_000 }) });
  await manager.connect();
  const config = manager.namespace('production');
  const keys = Array.from({ length: count }, (_, i) => `app/section-${i % 97}/key-${i}`);
  const map = new Map<string, object>();
  for (const key of keys) {
    await config.set(key, 1);
    map.set(key, await config.get(key));
  }
  // The same order for all, drawn once.
  const order = Array.from({ length: reads }, () => keys[Math.floor(Math.random() * count)] as string);
  title(`${count.toLocaleString('en')} keys, random order`);
  await compare('from the cache', config, map, order);
  using _ = await config.load();
  await compare('from a loaded prefix', config, map, order);
}

async function compare(
  what: string,
  config: Namespace,
  map: ReadonlyMap<string, object>,
  order: readonly string[],
): Promise<void> {
  const bare = async (key: string): Promise<object | undefined> => map.get(key);
  const peeks = await alternate(
    async () => rate(order, (key) => config.peek(key)),
    async () => rate(order, (key) => map.get(key)),
  );
  line(`peek, ${what}`, 'read/s', peeks, 0.5);
  const gets = await alternate(
    () => awaitedRate(order, (key) => config.get(key)),
    () => awaitedRate(order, bare),
  );
  line(`await get, ${what}`, 'read/s', gets, 0.5);
  plain('  of them in a second', gets.ours, 'read/s', '>= 7 million', gets.ours >= 7_000_000);
}

/** Reads per second. What is read is looked at, so that nothing is left out as unused. */
function rate(order: readonly string[], read: (key: string) => object | undefined): number {
  const began = performance.now();
  let found = 0;
  for (const key of order) if (read(key) !== undefined) found += 1;
  return perSecond(order, found, began);
}

async function awaitedRate(
  order: readonly string[],
  read: (key: string) => Promise<object | undefined>,
): Promise<number> {
  const began = performance.now();
  let found = 0;
  for (const key of order) if ((await read(key)) !== undefined) found += 1;
  return perSecond(order, found, began);
}

function perSecond(order: readonly string[], found: number, began: number): number {
  if (found !== order.length) throw new Error(`read ${found} of ${order.length}`);
  return (order.length * 1_000) / (performance.now() - began);
}
