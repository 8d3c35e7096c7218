import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../lib/child.js';
import { entry } from '../lib/entry.js';

/** A bare handler that makes the same JSON. */
const server = createServer((_request, response) => {
  const json = JSON.stringify({ entry });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }).end(json);
}).listen(0, '127.0.0.1', () => serve((server.address() as AddressInfo).port, {}));
