// A Nest app with live settings. Start a server with `npm start`, then `npx tsc && node dist/main.js`.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { appModule } from './app.module.js';

const module = appModule({
  namespace: 'example',
  address: process.env.CFG_ADDRESS ?? '127.0.0.1:9090',
  server: { insecure: true },
});
const app = await NestFactory.create(module, { logger: ['error', 'warn'] });
app.enableShutdownHooks(); // closes the configuration on SIGTERM
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
console.log(`listening on ${await app.getUrl()}`);
