import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../lib/child.js';

/** A bare handler that makes the same JSON. */
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
const server = createServer((_request, response) => {
  const json = JSON.stringify({ entry });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }).end(json);
}).listen(0, '127.0.0.1', () => serve((server.address() as AddressInfo).port, {}));
