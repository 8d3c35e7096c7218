// An Express app whose pool is resized while it runs. Start a server with `npm start`, then `node main.ts`.
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@cfg/client';
import express from 'express';
import PQueue from 'p-queue';
import { z } from 'zod';

const PoolSettings = z.object({
  size: z.number().int().min(1).max(100).default(2),
  jobMs: z.number().int().min(0).default(100),
});

const config = await connect({
  namespace: 'example',
  address: process.env.CFG_ADDRESS ?? '127.0.0.1:9090',
  server: { insecure: true },
});
const settings = await config.live('pool', PoolSettings);

const pool = new PQueue({ concurrency: settings.current.size });
settings
  .pick(({ size }) => size)
  .on('change', ({ previous, current }) => {
    pool.concurrency = current; // what waits begins at once where there is room now
    console.log(`pool resized from ${previous} to ${current}`);
  });
settings.on('invalid', ({ error }) => console.log(`refused: ${error.message}`));

const app = express();
app.get('/work', async (_request, response) => {
  await pool.add(() => sleep(settings.current.jobMs));
  response.json({ done: true });
});
app.get('/pool', (_request, response) => {
  const { source, stale } = settings.status;
  response.json({ size: pool.concurrency, running: pool.pending, waiting: pool.size, source, stale });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
  void config.close();
});
