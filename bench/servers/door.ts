import { readFileSync } from 'node:fs';
import { type EncodedValue, MemoryStore } from '@cfg/core';
import { createServer as createFastServer } from '@cfg/grpc-door';
import { addConfigService, allowAll, createConfigService } from '@cfg/service';
import { ServerCredentials } from '@grpc/grpc-js';
import { createServer as createNiceServer } from 'nice-grpc';
import { serve } from '../lib/child.js';

/** The same service on either gRPC server: `fast` or `nice`, and `tls` if so wanted. */
const [kind, secured] = process.argv.slice(2);
const store = new MemoryStore();
await store.connect();
const service = createConfigService(store, { guard: allowAll(), maxSnapshotEntries: 1_000_000 });
const options = { 'grpc.max_send_message_length': -1 };

const pem = (name: string): Buffer =>
  readFileSync(new URL(`../../../packages/server/src/test/tls/${name}`, import.meta.url));
const credentials = secured
  ? ServerCredentials.createSsl(null, [{ cert_chain: pem('server.pem'), private_key: pem('server.key.pem') }])
  : ServerCredentials.createInsecure();

async function listen(): Promise<number> {
  if (kind === 'nice') {
    const server = createNiceServer(options);
    addConfigService(server, service);
    return server.listen('127.0.0.1:0', credentials);
  }
  const server = createFastServer(options);
  const add: typeof server.add = (definition, methods) => server.add(definition, methods, { lazyContext: true });
  addConfigService({ add }, service);
  return server.listen('127.0.0.1:0', credentials);
}

const value: EncodedValue = { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' };
const set = (namespace: string, key: string): Promise<unknown> => store.set(namespace, key, value);

serve(await listen(), {
  async fill(count) {
    for (let i = 0; i < count; i += 1) await set(`n${count}`, `app/key-${String(i).padStart(7, '0')}`);
    return count;
  },
  /** Writes `count` changes to one namespace, a few per turn of the event loop. */
  async change(count) {
    for (let i = 0; i < count; i += 20) {
      await Promise.all(Array.from({ length: Math.min(20, count - i) }, (_, k) => set('watched', `key-${k}`)));
      await new Promise(setImmediate);
    }
    return count;
  },
  /** The CPU time of the process so far, in microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});
