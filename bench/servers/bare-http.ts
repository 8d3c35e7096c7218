import type { AddressInfo } from 'node:net';
import express from 'express';
import { serve } from '../lib/child.js';
import { entry } from '../lib/entry.js';

/** Bare express answering the same JSON. */
const app = express();
app.get('/v1/namespaces/:namespace/keys/*key', (_request, response) => {
  response.json({ entry });
});
const server = app.listen(0, '127.0.0.1', () => serve((server.address() as AddressInfo).port, {}));
