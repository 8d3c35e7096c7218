import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteStore } from '@cfg/client';
import { PostgresStore } from '@cfg/postgres';
import { SqliteStore } from '@cfg/sqlite';
import { expect, it } from 'vitest';
import { Acknowledged, LoggedChanges, readLog, write, writeOn } from './test/acknowledged.js';
import { PostgresServer } from './test/postgres.js';
import { anyPorts, Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

/*
 * The real program, killed with -9 at random moments while many write: nothing that was acknowledged is missing, no batch
 * is half there, revisions have no hole and no repeat. CFG_CRASH_ROUNDS says how often; 20 is for every day, 500 for when
 * the way to the disk was changed. (A killed process loses nothing that the system has: power-loss.test.ts goes further.)
 */
const rounds = Number(process.env.CFG_CRASH_ROUNDS ?? 20);

/** A database that goes on is less at risk. */
const fewer = Math.ceil(rounds / 4);

async function killAndCheck(choice: string, rounds: number, open: () => SqliteStore | PostgresStore): Promise<void> {
  const acknowledged = new Acknowledged();
  const log = new LoggedChanges();
  for (let round = 0; round < rounds; round += 1) {
    const program = await Program.serving([...anyPorts, '--store', choice, '--log-limit', '1000000']);
    const remote = new RemoteStore(await program.grpcAddress(), { insecure: true, retry: { maxRetries: 0 } });
    await remote.connect();
    const writers = Array.from({ length: 8 }, (_, index) => write(remote, `w${index}`, acknowledged));
    await sleep(20 + Math.random() * 200);
    program.signal('SIGKILL');
    await program.exited;
    await Promise.all(writers);
    await remote.close();

    await using store = open();
    await store.connect();
    await log.add(store);
  }
  expect(acknowledged.expectIn(log.lines)).toBeGreaterThan(rounds);
}

it(`a server on a SQLite file loses nothing when it is killed (${rounds} rounds)`, {
  timeout: rounds * 30_000,
}, async () => {
  using dir = new TempDir();
  const file = dir.file('config.db');
  await killAndCheck(`sqlite:${file}`, rounds, () => new SqliteStore(file));
});

it(`a server on PostgreSQL loses nothing when it is killed (${fewer} rounds)`, {
  timeout: rounds * 30_000,
}, async () => {
  await using database = await PostgresServer.start();
  await killAndCheck(database.url, fewer, () => new PostgresStore(database.url));
});

it.runIf(process.platform === 'linux')(
  `two workers on a SQLite file lose nothing when they are killed (${fewer} times)`,
  {
    timeout: rounds * 30_000,
  },
  async () => {
    using dir = new TempDir();
    const file = dir.file('config.db');
    const acknowledged = new Acknowledged();
    const stop = new AbortController();
    {
      const store = ['--store', `sqlite:${file}`, '--log-limit', '1000000'];
      await using program = await Program.serving([...anyPorts, ...store, '--workers', '2']);
      const address = await program.grpcAddress();
      const clients = Array.from({ length: 6 }, () => {
        const channelOptions = { 'grpc.use_local_subchannel_pool': 1 };
        return new RemoteStore(address, { insecure: true, retry: { maxRetries: 0 }, channelOptions });
      });
      await Promise.all(clients.map((client) => client.connect()));
      const writers = clients.map((client, index) => writeOn(client, `w${index}`, acknowledged, stop.signal));
      const opened = (): number => program.log.filter(({ msg }) => msg === 'HTTP door open').length;
      for (let round = 0; round < fewer; round += 1) {
        while (opened() < round + 2) await sleep(20);
        await sleep(20 + Math.random() * 200);
        const [victim] = program.children.sort(() => Math.random() - 0.5);
        if (victim !== undefined) process.kill(victim, 'SIGKILL');
      }
      stop.abort();
      await Promise.all(writers);
      await Promise.all(clients.map((client) => client.close()));
      program.signal('SIGTERM');
      expect((await program.exited).code).toBe(0);
    }
    await using store = new SqliteStore(file);
    await store.connect();
    const changes = await readLog(store, 0);
    expect(changes.map(({ revision }) => revision)).toEqual(changes.map((_, index) => index + 1));
    const log = new Map(changes.map(({ revision, entry }) => [revision, `${entry.key}=${Buffer.from(entry.bytes)}`]));
    expect(acknowledged.expectIn(log)).toBeGreaterThan(fewer);
  },
);
