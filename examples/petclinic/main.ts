// Loads a folder of Spring configuration into a configuration server, by compare-and-set, and reads it back:
//   node main.ts ../../../shared/data/petclinic 127.0.0.1:9090
// Loading twice changes nothing.
import { isDeepStrictEqual } from 'node:util';
import { isConfigError, Manager, type Namespace, RemoteStore, type Value } from '@cfg/client';
import { readSpringConfig } from './spring.ts';

const [folder = 'data', address = process.env.CFG_ADDRESS ?? '127.0.0.1:9090'] = process.argv.slice(2);
await using manager = new Manager({ store: new RemoteStore(address, { insecure: true }) });
await manager.connect();

const counts = { namespaces: 0, written: 0, unchanged: 0 };
for (const [namespace, properties] of readSpringConfig(folder)) {
  const config = manager.namespace(namespace);
  counts.namespaces += 1;
  for (const [key, data] of properties) {
    if (await put(config, key, data)) counts.written += 1;
    else counts.unchanged += 1;
  }
  const { values } = await config.find();
  const stored = new Map(values.map((value) => [value.key, value.data]));
  for (const [key, data] of properties) {
    if (!isDeepStrictEqual(stored.get(key), data)) throw new Error(`${namespace}/${key} reads back differently`);
  }
}
console.log(JSON.stringify(counts));

/** Writes unless the key has that value; never over a value that it has not seen. Answers whether it wrote. */
async function put(config: Namespace, key: string, data: unknown): Promise<boolean> {
  for (;;) {
    const current = await config.get(key, { read: 'store' }).catch(absent);
    if (current !== undefined && isDeepStrictEqual(current.data, data)) return false;
    try {
      await config.set(key, data, { ifVersion: current?.version ?? 0 });
      return true;
    } catch (error) {
      // Somebody was faster: look again.
      if (!isConfigError(error, 'version_mismatch')) throw error;
    }
  }
}

function absent(error: unknown): Value | undefined {
  if (isConfigError(error, 'not_found')) return undefined;
  throw error;
}
