import { ConfigError, isConfigError, isTransient, Manager, RemoteStore } from '@cfg/client';
import { expect, it } from 'vitest';
import { anyPorts, Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

/* The long form: `CFG_RESTARTS=50 vitest run src/restarts.test.ts`. */
const restarts = Number(process.env.CFG_RESTARTS ?? 5);

it(`a client outlives ${restarts} kills of its server: it always reads, and no write that was acknowledged is lost`, {
  timeout: 60_000 + restarts * 20_000,
}, async () => {
  using folder = new TempDir();
  const store = `sqlite:${folder.file('config.db')}`;
  let server = await Program.serving([...anyPorts, '--store', store]);
  const address = await server.grpcAddress();
  const args = ['--grpc', address, '--http', '127.0.0.1:0', '--store', store];
  const remote = new RemoteStore(address, {
    insecure: true,
    callTimeoutMs: 2_000,
    retry: { initialBackoffMs: 10, maxBackoffMs: 200 },
  });
  await using manager = new Manager({ store: remote, watch: { initialBackoffMs: 10, maxBackoffMs: 200 } });
  await manager.connect();
  const config = manager.namespace('prod');
  await config.set('known', 1);
  expect((await config.get('known')).data).toBe(1);

  const acknowledged = new Map<string, number>();
  const faults: unknown[] = [];
  let isOver = false;
  let reads = 0;
  const writing = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 1; !isOver; n += 1) {
      try {
        await config.set(`w${writer}/${n % 20}`, n);
        acknowledged.set(`w${writer}/${n % 20}`, n);
      } catch (error) {
        if (!isConfigError(error) || !isTransient(error)) faults.push(error);
      }
    }
  });
  const reading = (async () => {
    for (; !isOver; reads += 1) {
      await config.get('known').catch((error: unknown) => faults.push(error));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  for (let n = 0; n < restarts; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 200));
    await server[Symbol.asyncDispose]();
    server = await Program.serving(args);
  }
  await expect.poll(() => config.status?.type, { timeout: 30_000 }).toBe('live');
  isOver = true;
  await Promise.all([...writing, reading]);
  await using _ = server;

  expect(faults).toEqual([]);
  expect(reads).toBeGreaterThan(restarts);
  for (const [key, number] of acknowledged) {
    const { data } = await config.get(key, { read: 'store' });
    // A write whose answer was lost may have come after.
    if (typeof data !== 'number' || data < number) throw new ConfigError('internal', `${key}: ${data} of ${number}`);
  }
  expect(acknowledged.size).toBeGreaterThan(0);
});
