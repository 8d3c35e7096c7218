import { RemoteStore } from '@cfg/client';
import { type EncodedValue, isConfigError } from '@cfg/core';
import { SqliteStore } from '@cfg/sqlite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { PostgresServer } from '../test/postgres.js';
import { anyPorts, Program, runProgram } from '../test/program.js';
import { TempDir } from '../test/temp-dir.js';

let database: PostgresServer;
beforeAll(async () => {
  database = await PostgresServer.start();
});
afterAll(() => database[Symbol.asyncDispose]());

const key = '/v1/namespaces/demo/keys/greeting';

const write = async (program: Program, data: unknown): Promise<number> => {
  const value = Buffer.from(JSON.stringify(data)).toString('base64');
  return (await fetch(await program.url(key), { method: 'POST', body: JSON.stringify({ value }) })).status;
};

it('two servers on one database behave as one, and a client goes on at the other when one stops', async () => {
  const args = [...anyPorts, '--store', database.url];
  await using one = await Program.serving(args);
  await using other = await Program.serving(args);
  const events = await fetch(await other.url('/v1/watch?namespaces=demo'));
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  const read = async (event: RegExp): Promise<string> => {
    let text = '';
    while (!event.test(text)) {
      const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) expect.fail(`the stream ended: ${text}`);
      text += value;
    }
    return text;
  };
  await read(/: connected/);
  expect(await write(one, 'hello')).toBe(200);
  const first = await read(/event: set\n.*\n\n/s);
  const id = /^id: (\S+)\nevent: set/m.exec(first)?.[1] ?? '';

  other.signal('SIGTERM');
  expect(await other.exited).toEqual({ code: 0, signal: null });
  expect(await write(one, 'good morning')).toBe(200);
  const controller = new AbortController();
  const resumed = await fetch(await one.url('/v1/watch?namespaces=demo'), {
    headers: { 'last-event-id': id },
    signal: controller.signal,
  });
  let text = '';
  for await (const chunk of resumed.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (/event: set\n.*\n\n/s.test(text)) break;
  }
  controller.abort();
  expect(text).toMatch(/"version":2/);
  expect(text).not.toMatch(/"version":1,/);
  // The log does not give the password away.
  expect(one.stdout).toContain('postgres://127.0.0.1:');
  expect(one.stdout).not.toContain('password');
});

it('the clients of a server that stops go on at another, and neither lose a write nor miss a change', async () => {
  const args = [...anyPorts, '--store', await database.create('draining')];
  await using one = await Program.serving(args);
  await using other = await Program.serving(args);
  const addresses = [await one.grpcAddress(), await other.grpcAddress()];
  // Each begins at the first server that answers: some of them where the stop will be.
  const clients = Array.from({ length: 4 }, (_, at) => {
    const address = at % 2 === 0 ? addresses : addresses.toReversed();
    return new RemoteStore(address, { insecure: true, channelOptions: { 'grpc.use_local_subchannel_pool': 1 } });
  });
  await Promise.all(clients.map((client) => client.connect()));
  const watches = clients.map((client) => client.watch({ namespaces: ['drain'] }));
  await Promise.all(watches.map(({ ready }) => ready));
  const number = (data: number): EncodedValue => ({ bytes: Buffer.from(String(data)), codec: 'json', type: 'int' });
  let stopped = false;
  const counted = clients.map(async (client) => {
    let count = 0;
    while (!stopped || count < 20) {
      // Compare-and-set through both servers: every count is a write of its own, once.
      const last = await client.get('drain', 'counter').catch(() => undefined);
      const next = number(Number(Buffer.from(last?.bytes ?? []).toString()) + 1);
      const condition = last === undefined ? { mode: 'create' as const } : { ifVersion: last.version };
      count += await client.set('drain', 'counter', next, condition).then(
        () => 1,
        (error: unknown) => {
          if (isConfigError(error, 'version_mismatch') || isConfigError(error, 'key_exists')) return 0;
          throw error;
        },
      );
    }
    return count;
  });
  await vi.waitFor(async () => expect((await clients[0]?.get('drain', 'counter'))?.version).toBeGreaterThan(20), {
    timeout: 60_000,
  });
  one.signal('SIGTERM');
  expect(await one.exited).toEqual({ code: 0, signal: null });
  stopped = true;
  const counts = await Promise.all(counted);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (const [at, watch] of watches.entries()) {
    const seen: number[] = [];
    while (seen.length < total) {
      const { value } = await watch.next();
      if (value !== undefined && 'entry' in value) seen.push(Number(Buffer.from(value.entry.bytes).toString()));
    }
    expect(seen, `the watch of client ${at}`).toEqual(Array.from({ length: total }, (_, n) => n + 1));
    watch.close();
  }
  await Promise.all(clients.map((client) => client.close()));
});

it('reads at replicas where it is told to, and at the database itself where none is there', async () => {
  const nobody = 'postgres://cfg:hush@127.0.0.1:1/nobody';
  const pool = ['--store-connections', '2', '--store-timeout-ms', '5000', '--max-staleness-ms', '600000'];
  const store = ['--store', await database.create('replicated'), '--store-replicas', nobody, ...pool];
  await using program = await Program.serving([...anyPorts, ...store]);
  expect(await write(program, 'hello')).toBe(200);
  await vi.waitFor(async () => {
    expect((await fetch(await program.url(key))).status).toBe(200);
    expect(program.log).toContainEqual(
      expect.objectContaining({ msg: 'a replica is away', replica: '127.0.0.1:1/nobody' }),
    );
  }, 60_000);
  expect(program.stdout).not.toContain('hush');
});

it('says in one line what is wrong with the database', async () => {
  const missing = new URL(database.url);
  missing.pathname = '/missing';
  const { code, stderr } = await runProgram([...anyPorts, '--store', missing.href]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^cfg-server: cannot use 127\.0\.0\.1:\d+\/missing .+: database "missing" does not exist\n$/);
});

it('copies a store from a file to a database, and back', async () => {
  using dir = new TempDir();
  const [from, back] = [dir.file('from.db'), dir.file('back.db')];
  const url = await database.create('copied');
  {
    await using store = new SqliteStore(from);
    await store.connect();
    for (let n = 0; n < 5; n += 1) {
      const value = { bytes: Buffer.from(String(n)), codec: 'json', type: 'int' } as const;
      await store.set('prod', 'hot', value, { author: 'ann', comment: 'a\0b' });
      await store.set('prod', `key-${n}`, value, { ttlMs: 3_600_000 });
    }
    await store.delete('prod', 'key-0');
    await store.setAlias('second', 'hot');
  }
  const said = /copied 6 keys with 11 versions, 1 aliases; both have the digest (\S+)/;
  const there = await runProgram(['copy', '--from', `sqlite:${from}`, '--to', url]);
  expect([there.code, there.stdout]).toEqual([0, expect.stringMatching(said)]);
  const here = await runProgram(['copy', '--from', url, '--to', `sqlite:${back}`]);
  expect([here.code, here.stdout]).toEqual([0, there.stdout]);
});
