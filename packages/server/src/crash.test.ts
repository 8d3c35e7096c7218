import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteStore } from '@cfg/client';
import type { Change, EncodedValue } from '@cfg/core';
import { PostgresStore } from '@cfg/postgres';
import { SqliteStore } from '@cfg/sqlite';
import { expect, it } from 'vitest';
import { PostgresServer } from './test/postgres.js';
import { anyPorts, Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

/*
 * The real program, killed with -9 at random moments while many write: nothing that was acknowledged is missing, no batch
 * is half there, revisions have no hole and no repeat. CFG_CRASH_ROUNDS says how often; 20 is for every day, 500 for when
 * the way to the disk was changed. (A killed process loses nothing that the system has; a power loss is not tried here.)
 */
const rounds = Number(process.env.CFG_CRASH_ROUNDS ?? 20);

/** A database that goes on is less at risk. */
const fewer = Math.ceil(rounds / 4);

const number = (data: number): EncodedValue => ({ bytes: Buffer.from(String(data)), codec: 'json', type: 'int' });

/** What was acknowledged: the revision of each change, and what it wrote. */
class Acknowledged {
  readonly #lines = new Map<number, string>();

  add(revision: number, key: string, value: number): void {
    this.#lines.set(revision, `${key}=${value}`);
  }

  /** Expects each to be among the changes. */
  expectIn(changes: ReadonlyMap<number, string>): number {
    for (const [revision, line] of this.#lines)
      expect(`${revision} ${changes.get(revision)}`).toBe(`${revision} ${line}`);
    return this.#lines.size;
  }
}

/** Writes until the server is gone, single keys and batches of three. */
async function write(store: RemoteStore, name: string, acknowledged: Acknowledged): Promise<void> {
  for (let n = 0; ; n += 1) {
    try {
      if (n % 2 === 0) {
        const { revision } = await store.set('crash', name, number(n));
        acknowledged.add(revision, name, n);
      } else {
        const keys = [`${name}/a`, `${name}/b`, `${name}/c`];
        const set = keys.map((key) => ({ type: 'set' as const, key, value: number(n) }));
        const { firstRevision } = await store.batch('crash', set);
        for (const [index, key] of keys.entries()) acknowledged.add(firstRevision + index, key, n);
      }
    } catch {
      return;
    }
  }
}

/** Writes single keys until told to stop, whatever fails meanwhile: a worker that is killed takes its calls with it. */
async function writeOn(store: RemoteStore, name: string, acknowledged: Acknowledged, stop: AbortSignal): Promise<void> {
  for (let n = 0; !stop.aborted; n += 1) {
    await store.set('crash', name, number(n), { signal: stop }).then(
      ({ revision }) => acknowledged.add(revision, name, n),
      () => sleep(5),
    );
  }
}

/** Reads what the log has after `revision`, as a watcher does that resumes there. */
async function readLog(store: SqliteStore | PostgresStore, revision: number): Promise<Change[]> {
  const head = (await store.revision()).revision;
  const stream = store.watch({}, { startRevision: revision });
  const changes: Change[] = [];
  while (revision + changes.length < head) changes.push((await stream.next()).value as Change);
  stream.close();
  return changes;
}

async function killAndCheck(choice: string, rounds: number, open: () => SqliteStore | PostgresStore): Promise<void> {
  const acknowledged = new Acknowledged();
  const log = new Map<number, string>();
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
    const changes = await readLog(store, log.size);
    for (const [index, change] of changes.entries()) {
      expect(change.revision).toBe(log.size + 1);
      log.set(change.revision, `${change.entry.key}=${Buffer.from(change.entry.bytes)}`);
      // A batch is a run of three, and never ends before its last.
      if (change.more) expect(changes[index + 1]).toBeDefined();
      if (change.entry.key.endsWith('/a')) {
        expect([change, changes[index + 1], changes[index + 2]].map((each) => each?.more)).toEqual([true, true, false]);
      }
    }
    const page = await store.find('crash');
    for (const { key, bytes, revision } of page.entries) {
      // What the server had sent to a database that goes on may have been committed since.
      if (revision <= log.size) expect(log.get(revision)).toBe(`${key}=${Buffer.from(bytes)}`);
    }
  }
  expect(acknowledged.expectIn(log)).toBeGreaterThan(rounds);
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
