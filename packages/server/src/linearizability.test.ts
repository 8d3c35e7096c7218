import { RemoteStore } from '@cfg/client';
import { linearizableHistory, type OpenedTogether } from '@cfg/core/conformance';
import { PostgresServer } from './test/postgres.js';
import { anyPorts, Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

/** A client of its own for each of the addresses. */
async function openAll(addresses: readonly string[], close: () => Promise<void>): Promise<OpenedTogether> {
  const channelOptions = { 'grpc.use_local_subchannel_pool': 1 };
  const stores = addresses.map((address) => {
    return new RemoteStore(address, { insecure: true, retry: { maxRetries: 0 }, channelOptions });
  });
  await Promise.all(stores.map((store) => store.connect()));
  return {
    stores,
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await close();
    },
  };
}

/** Programs with the same store, each of which has a client. */
async function programs(count: number, store: string, close: () => void | Promise<void>): Promise<OpenedTogether> {
  const args = [...anyPorts, '--store', store];
  const started = await Promise.all(Array.from({ length: count }, () => Program.serving(args)));
  const addresses = await Promise.all(started.map((program) => program.grpcAddress()));
  return openAll(addresses, async () => {
    for (const program of started) await program[Symbol.asyncDispose]();
    await close();
  });
}

linearizableHistory('three servers on one PostgreSQL', async () => {
  const database = await PostgresServer.start();
  return programs(3, database.url, () => database[Symbol.asyncDispose]());
});

linearizableHistory('two servers on one SQLite file', async () => {
  const dir = new TempDir();
  return programs(2, `sqlite:${dir.file('config.db')}`, () => dir[Symbol.dispose]());
});

if (process.platform === 'linux') {
  linearizableHistory('two workers on one SQLite file', async () => {
    const dir = new TempDir();
    const store = ['--store', `sqlite:${dir.file('config.db')}`];
    const program = await Program.serving([...anyPorts, ...store, '--workers', '2']);
    const address = await program.grpcAddress();
    return openAll([address, address, address], async () => {
      await program[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    });
  });
}
