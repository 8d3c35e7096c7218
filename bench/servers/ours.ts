import { type EncodedValue, MemoryStore, type Store } from '@cfg/core';
import { ConfigServiceDefinition } from '@cfg/proto';
import { allowAll, createConfigService } from '@cfg/service';
import { SqliteStore } from '@cfg/sqlite';
import { createServer } from 'nice-grpc';
import { serve } from '../lib/child.js';

/** Our service as a user composes it: the default middleware and an open guard. */
const [kind = 'memory'] = process.argv.slice(2);
const store: Store = kind === 'memory' ? new MemoryStore() : new SqliteStore(kind);
await store.connect();
const service = createConfigService(store, { guard: allowAll(), maxSnapshotEntries: 1_000_000 });
const server = createServer({ 'grpc.max_send_message_length': -1 });
server.add(ConfigServiceDefinition, service);
const port = await server.listen('127.0.0.1:0');

const value: EncodedValue = { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' };
const set = (namespace: string, key: string): Promise<unknown> => store.set(namespace, key, value);

serve(port, {
  /** Fills the namespace `n<count>` with as many keys of 100 bytes. */
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
  /** Writes to a namespace of its own from now on, `perSecond` changes a second. */
  busy(perSecond) {
    setInterval(() => {
      for (let i = 0; i < perSecond / 100; i += 1) void set('busy', `key-${i}`);
    }, 10);
    return perSecond;
  },
  /** Memory in use after a collection: 0 the resident size, 1 the heap in use, 2 the heap's size, 3 outside the heap. */
  memory(which) {
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    return [rss, heapUsed, heapTotal, external][which] ?? 0;
  },
});
