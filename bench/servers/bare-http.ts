import type { AddressInfo } from 'node:net';
import express from 'express';
import { serve } from '../lib/child.js';

/** Bare express answering the same JSON. */
const time = '2026-01-01T00:00:00.000Z';
const entry = {
  namespace: 'production',
  key: 'app/timeout',
  value: Buffer.alloc(100, '1').toString('base64'),
  codec: 'raw',
  type: 11,
  version: '1',
  createdAt: time,
  updatedAt: time,
  revision: '1',
  expiresAt: null,
  deleted: false,
  author: '',
  comment: '',
  secret: false,
  masked: false,
};
const app = express();
app.get('/v1/namespaces/:namespace/keys/*key', (_request, response) => {
  response.json({ entry });
});
const server = app.listen(0, '127.0.0.1', () => serve((server.address() as AddressInfo).port, {}));
