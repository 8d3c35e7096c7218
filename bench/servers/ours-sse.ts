import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from '@cfg/core';
import { createInProcessGateway } from '@cfg/gateway';
import { allowAll, createConfigService } from '@cfg/service';
import { serve } from '../lib/child.js';

/** Our gateway in process: `write` makes so many changes, one after the other; `memory` tells what is in use. */
const store = new MemoryStore();
await store.connect();
const gateway = createInProcessGateway(createConfigService(store, { guard: allowAll() }));
const value = { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' } as const;
const server = createServer(gateway.handler).listen(0, '127.0.0.1', 4_096, () => {
  serve((server.address() as AddressInfo).port, {
    async write(count) {
      for (let written = 0; written < count; written += 1) {
        await store.set('production', `app/key-${written % 100}`, value);
        // As a change that comes by a connection would.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return count;
    },
    memory: inUse,
  });
});

function inUse(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
