// Loads a folder of Spring configuration into a configuration server, by compare-and-set, and reads it back:
//   node main.ts ../../../shared/data/petclinic 127.0.0.1:9090
// Each property is a key, in a namespace for each service and profile; each file is also a key as it is, with all its
// documents, in the namespace `files`. Loading twice changes nothing.
import { isDeepStrictEqual } from 'node:util';
import { isConfigError, Manager, type Namespace, RemoteStore, Value } from '@cfg/client';
import { propertiesByNamespace, readSpringFiles, type SpringFile } from './spring.ts';

const [folder = 'data', address = process.env.CFG_ADDRESS ?? '127.0.0.1:9090'] = process.argv.slice(2);
await using manager = new Manager({ store: new RemoteStore(address, { insecure: true }) });
await manager.connect();

const files = readSpringFiles(folder);
const counts = { namespaces: 0, written: 0, unchanged: 0, files: files.length };
for (const [namespace, properties] of propertiesByNamespace(files)) {
  const config = manager.namespace(namespace);
  counts.namespaces += 1;
  for (const [key, data] of properties) count(await put(config, key, Value.of(data)));
  const { values } = await config.find();
  const stored = new Map(values.map((value) => [value.key, value.data]));
  for (const [key, data] of properties) {
    if (!isDeepStrictEqual(stored.get(key), data)) throw new Error(`${namespace}/${key} reads back differently`);
  }
}
for (const file of files) await putFile(manager.namespace('files'), file);
console.log(JSON.stringify(counts));

/** Writes the file byte by byte as it is, and checks that the documents in it are what Spring sees. */
async function putFile(config: Namespace, { name, bytes, documents }: SpringFile): Promise<void> {
  count(await put(config, name, Value.fromBytes(bytes, { codec: 'yaml' })));
  const value = await config.get(name, { read: 'store' });
  if (!isDeepStrictEqual(value.documents(), documents)) throw new Error(`${name} reads back differently`);
}

function count(hasWritten: boolean): void {
  if (hasWritten) counts.written += 1;
  else counts.unchanged += 1;
}

/** Writes unless the key has that value; never over a value that it has not seen. Returns whether it wrote. */
async function put(config: Namespace, key: string, value: Value): Promise<boolean> {
  for (;;) {
    const current = await config.get(key, { read: 'store' }).catch(absent);
    if (current?.codec === value.codec && Buffer.compare(current.bytes, value.bytes) === 0) return false;
    try {
      await config.set(key, value, { ifVersion: current?.version ?? 0 });
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
