import type { AddressInfo } from 'node:net';
import express, { type Response } from 'express';
import { serve } from '../lib/child.js';

/** An express handler that writes a ready buffer to all responses; `write` does it so many times. */
const time = '2026-01-01T00:00:00.000Z';
const data = {
  type: 'SET',
  namespace: 'production',
  key: 'app/key-00',
  author: '',
  value: Buffer.alloc(100, '1').toString('base64'),
  codec: 'raw',
  version: 1,
  created_at: time,
  updated_at: time,
};
const frame = Buffer.from(`id: 1-00000000-0000-0000-0000-000000000000\nevent: set\ndata: ${JSON.stringify(data)}\n\n`);
const clients = new Set<Response>();
const app = express();
app.get('/v1/watch', (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write('retry: 5000\n\n: connected\n\n');
  clients.add(response);
  response.on('close', () => clients.delete(response));
});
const server = app.listen(0, '127.0.0.1', 4_096, () => {
  serve((server.address() as AddressInfo).port, {
    async write(count) {
      for (let written = 0; written < count; written += 1) {
        for (const response of clients) response.write(frame);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return count;
    },
  });
});
