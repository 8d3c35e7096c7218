import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from '@cfg/core';
import { createInProcessGateway } from '@cfg/gateway';
import { addConfigService, allowAll, createConfigService, createInProcessClient } from '@cfg/service';
import { createServer } from 'nice-grpc';
import { serve } from '../lib/child.js';

/** A memory store with one key, behind every door: gRPC, HTTP and in process. */
const store = new MemoryStore();
await store.connect();
await store.set('production', 'there', { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' });
const service = createConfigService(store, { guard: allowAll() });
const grpc = createServer();
addConfigService(grpc, service);
const http = createHttpServer(createInProcessGateway(service).handler);
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
const client = createInProcessClient(service);

const inProcess = (key: string) => async (count: number) => {
  for (let i = 0; i < count; i += 1) await client.get({ namespace: 'production', key }).catch(() => undefined);
  return count;
};

serve(await grpc.listen('127.0.0.1:0'), {
  httpPort: () => (http.address() as AddressInfo).port,
  there: inProcess('there'),
  none: inProcess('none'),
  /** The processor time of this process so far, in microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});
