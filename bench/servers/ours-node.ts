import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from '@cfg/core';
import { createInProcessGateway, createMetrics } from '@cfg/gateway';
import { allowAll, createConfigService } from '@cfg/service';
import { serve } from '../lib/child.js';

/** Our gateway in process on node:http alone, with one key; told `measured`, with metrics. */
const store = new MemoryStore();
await store.connect();
await store.set('production', 'app/timeout', { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' });
const outer = process.argv[2] === 'measured' ? [createMetrics({ store }).stage] : [];
const gateway = createInProcessGateway(createConfigService(store, { guard: allowAll(), stages: { outer } }));
const server = createServer(gateway.handler).listen(0, '127.0.0.1', () => {
  serve((server.address() as AddressInfo).port, {});
});
