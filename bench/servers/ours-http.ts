import type { AddressInfo } from 'node:net';
import { MemoryStore } from '@cfg/core';
import { createGateway, createInProcessGateway, type Gateway } from '@cfg/gateway';
import { addConfigService, allowAll, createConfigService } from '@cfg/service';
import express from 'express';
import { createServer } from 'nice-grpc';
import { serve } from '../lib/child.js';

/** Our gateway on express, with one key: in process or, if told `remote`, over a socket to a service beside it. */
const [kind = 'in process'] = process.argv.slice(2);
const store = new MemoryStore();
await store.connect();
await store.set('production', 'app/timeout', { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' });
const service = createConfigService(store, { guard: allowAll() });

async function remoteGateway(): Promise<Gateway> {
  const server = createServer().use(service.middleware);
  addConfigService(server, service);
  return createGateway(`127.0.0.1:${await server.listen('127.0.0.1:0')}`, { insecure: true });
}

const gateway = kind === 'remote' ? await remoteGateway() : createInProcessGateway(service);
const server = express()
  .use(gateway.handler)
  .listen(0, '127.0.0.1', () => {
    serve((server.address() as AddressInfo).port, {});
  });
