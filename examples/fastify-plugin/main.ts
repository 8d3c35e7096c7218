// A Fastify app whose rate limit is configuration. Start a server with `npm start`, then `node main.ts`.
import { buildApp } from './app.ts';

const app = await buildApp({
  namespace: 'example',
  address: process.env.CFG_ADDRESS ?? '127.0.0.1:9090',
  server: { insecure: true },
});
console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 3000) })}`);
process.once('SIGTERM', () => void app.close()); // the configuration is closed with it
