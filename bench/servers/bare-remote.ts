import type { AddressInfo } from 'node:net';
import { MemoryStore } from '@cfg/core';
import { ConfigServiceDefinition } from '@cfg/proto';
import { addConfigService, allowAll, createConfigService } from '@cfg/service';
import express from 'express';
import { createChannel, createClient, createServer } from 'nice-grpc';
import { serve } from '../lib/child.js';

/** Bare express that makes one bare call of nice-grpc, to the same service as our gateway. */
const store = new MemoryStore();
await store.connect();
await store.set('production', 'app/timeout', { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' });
const service = createConfigService(store, { guard: allowAll() });
const grpc = createServer().use(service.middleware);
addConfigService(grpc, service);
const client = createClient(ConfigServiceDefinition, createChannel(`127.0.0.1:${await grpc.listen('127.0.0.1:0')}`));
const app = express();
app.get('/v1/namespaces/:namespace/keys/*key', async (request, response) => {
  const { namespace, key } = request.params as unknown as { readonly namespace: string; readonly key: string[] };
  const { entry } = await client.get({ namespace, key: key.join('/') });
  const value = Buffer.from(entry?.value ?? []).toString('base64');
  const time = '2026-01-01T00:00:00.000Z';
  const whole = { ...entry, value, version: '1', revision: '1', createdAt: time, updatedAt: time, expiresAt: null };
  response.json({ entry: whole });
});
const server = app.listen(0, '127.0.0.1', () => serve((server.address() as AddressInfo).port, {}));
