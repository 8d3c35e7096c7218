import { existsSync, renameSync } from 'node:fs';
import { connect } from 'node:net';
import { RemoteStore } from '@cfg/client';
import type { Change, EncodedValue } from '@cfg/core';
import { SqliteStore } from '@cfg/sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { anyPorts, Program, runProgram } from '../test/program.js';
import { TempDir } from '../test/temp-dir.js';

const number = (data: number): EncodedValue => ({ bytes: Buffer.from(String(data)), codec: 'json', type: 'int' });

/** A client with a connection of its own: workers take turns in being given connections. */
async function connected(program: Program): Promise<RemoteStore> {
  const store = new RemoteStore(await program.grpcAddress(), {
    insecure: true,
    channelOptions: { 'grpc.use_local_subchannel_pool': 1 },
    retry: { maxRetries: 20 },
  });
  onTestFinished(() => store.close());
  await store.connect();
  return store;
}

function scratch(): TempDir {
  const dir = new TempDir();
  onTestFinished(() => dir[Symbol.dispose]());
  return dir;
}

describe.runIf(process.platform === 'linux')('cfg-server --workers', () => {
  it('serves by several processes as one: all watchers see all writes, in one order; metrics add up', async () => {
    const file = scratch().file('config.db');
    const args = ['--store', `sqlite:${file}`, '--workers', '2', '--metrics', '127.0.0.1:0'];
    await using program = await Program.serving([...anyPorts, ...args]);
    expect(await program.logged('ready')).toMatchObject({ workers: 2 });
    expect(program.children).toHaveLength(2);
    const clients = await Promise.all(Array.from({ length: 4 }, () => connected(program)));
    const streams = clients.map((client) => client.watch());
    await Promise.all(streams.map((stream) => stream.ready));
    const times = 25;
    const total = times * clients.length;
    const writes = clients.map(async (client, index) => {
      for (let n = 0; n < times; n += 1) await client.set('ns', `key-${index}`, number(n));
    });
    const seen = await Promise.all(
      streams.map(async (stream) => {
        const revisions: number[] = [];
        while (revisions.length < total) revisions.push(((await stream.next()).value as Change).revision);
        stream.close();
        return revisions;
      }),
    );
    await Promise.all(writes);
    const all = Array.from({ length: total }, (_, n) => n + 1);
    for (const revisions of seen) expect(revisions).toEqual(all);
    const [writers] = new Set(program.log.filter(({ worker }) => worker !== undefined).map(({ worker }) => worker));
    expect(writers).toBeDefined();

    const address = (await program.logged('metrics door open')).address;
    const text = await (await fetch(`http://${address}/metrics`)).text();
    expect(text).toMatch(new RegExp(`^cfg_store_revision ${total}$`, 'm'));
    const sets = /^cfg_calls_total\{[^}]*method="[^"]*Set"[^}]*\} (\d+)$/m.exec(text)?.[1];
    expect(Number(sets)).toBe(total);
    program.signal('SIGTERM');
    expect(await program.exited).toEqual({ code: 0, signal: null });
  });

  it('replaces a worker that dies, and its clients resume', async () => {
    const file = scratch().file('config.db');
    await using program = await Program.serving([...anyPorts, '--store', `sqlite:${file}`, '--workers', '2']);
    const clients = await Promise.all(Array.from({ length: 4 }, () => connected(program)));
    const streams = clients.map((client) => client.watch({}, { startRevision: 0 }));
    await Promise.all(streams.map((stream) => stream.ready));
    const [writer] = clients as [RemoteStore];
    let count = 0;
    const opened = (): number => program.log.filter(({ msg }) => msg === 'HTTP door open').length;
    for (let round = 0; round < 2; round += 1) {
      const before = program.children;
      process.kill(before[round % 2] as number, 'SIGKILL');
      for (let n = 0; n < 5; n += 1) {
        await vi.waitUntil(
          () =>
            writer.set('ns', 'key', number(n), { requestId: `${round}-${n}` }).then(
              () => true,
              () => false,
            ),
          { timeout: 100_000 },
        );
        count += 1;
      }
      await vi.waitUntil(() => opened() === round + 3, { timeout: 100_000 });
      expect(program.children.filter((pid) => !before.includes(pid))).toHaveLength(1);
    }
    // All at once: the doors are opened again where they were.
    for (const pid of program.children) process.kill(pid, 'SIGKILL');
    const again = () =>
      writer.set('ns', 'key', number(0), { requestId: 'again' }).then(
        () => true,
        () => false,
      );
    await vi.waitUntil(again, { timeout: 100_000 });
    count += 1;
    for (const stream of streams) {
      const revisions: number[] = [];
      while (revisions.length < count) revisions.push(((await stream.next()).value as Change).revision);
      expect(revisions).toEqual(Array.from({ length: count }, (_, n) => n + 1));
      stream.close();
    }
    expect(program.log.filter(({ msg }) => msg === 'a worker died')).toHaveLength(4);
    program.signal('SIGTERM');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    await using store = new SqliteStore(file);
    await store.connect();
    expect((await store.revision()).revision).toBe(count);
  });

  it('lets no client wait for a worker that was killed before it took the connection', async () => {
    const file = scratch().file('config.db');
    await using program = await Program.serving([...anyPorts, '--store', `sqlite:${file}`, '--workers', '2']);
    const [victim] = program.children as [number];
    // As one that is busy: connections are given to it, but it does not take them.
    process.kill(victim, 'SIGSTOP');
    const url = new URL(await program.url('/v1/namespaces'));
    const ends = Array.from({ length: 6 }, async () => {
      const socket = connect(Number(url.port), url.hostname);
      socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
      return text.split('\r\n')[0];
    });
    // All but one have been answered by the other.
    await Promise.any(ends);
    process.kill(victim, 'SIGKILL');
    const answers = await Promise.all(ends);
    expect(answers.filter((answer) => answer === 'HTTP/1.1 200 OK').length).toBeGreaterThanOrEqual(5);
  });

  it('makes no other store where the file is gone, and goes on when it is back', async () => {
    const file = scratch().file('config.db');
    await using program = await Program.serving([...anyPorts, '--store', `sqlite:${file}`, '--workers', '2']);
    const client = await connected(program);
    await client.set('ns', 'key', number(1));
    renameSync(file, `${file}.moved`);
    const [first] = program.children as [number];
    process.kill(first, 'SIGKILL');
    await vi.waitUntil(() => program.stderr.includes('the file is gone'), { timeout: 100_000 });
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.moved`, file);
    const opened = (): number => program.log.filter(({ msg }) => msg === 'HTTP door open').length;
    await vi.waitUntil(() => opened() === 3, { timeout: 100_000 });
    const others = await Promise.all([connected(program), connected(program)]);
    for (const [index, other] of others.entries()) {
      expect((await other.get('ns', 'key')).revision).toBe(1);
      expect((await other.set('ns', `key-${index}`, number(2))).revision).toBe(2 + index);
    }
  });

  it('says once why it does not start, and refuses a store that cannot be shared', async () => {
    const dir = scratch();
    const broken = await runProgram([...anyPorts, '--store', `sqlite:${dir.path}`, '--workers', '3']);
    expect(broken.code).toBe(1);
    expect(broken.stderr.match(/it is a directory/g)).toHaveLength(1);
    const memory = await runProgram(['--workers', '2']);
    expect([memory.code, memory.stderr]).toEqual([2, expect.stringContaining("is one process's own")]);
  });

  it('counts the calls of a client over all workers', async () => {
    const args = [
      '--store',
      `sqlite:${scratch().file('config.db')}`,
      '--workers',
      '2',
      '--rate',
      '1',
      '--burst',
      '200',
    ];
    await using program = await Program.serving([...anyPorts, ...args]);
    const { address } = await program.logged('HTTP door open');
    const codes: number[] = [];
    // Each on a connection of its own: the workers take turns. The burst comes back after 200 seconds.
    for (let n = 0; n < 300; n += 1) {
      const { status } = await fetch(`http://${address}/v1/codecs`, { headers: { connection: 'close' } });
      codes.push(status);
    }
    expect(codes.slice(0, 200)).toEqual(Array(200).fill(200));
    expect(codes.slice(200)).toEqual(Array(100).fill(429));
    expect(program.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
