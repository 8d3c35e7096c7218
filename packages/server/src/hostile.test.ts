import { once } from 'node:events';
import http from 'node:http';
import http2, { type ClientHttp2Session } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ConfigServiceDefinition } from '@cfg/proto';
import { createChannel, createClient } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { anyPorts, Program } from './test/program.js';
import { WellBehaved } from './test/well-behaved.js';

/*
 * Attacks of callers without any right against the real program. It stays up, answers others, and its memory stays near to
 * what it has while nothing happens. Beside other suites the garbage collector comes late, so twice as much is allowed
 * there as in a run by itself, with `CFG_HOSTILE=alone`. With `CFG_HOSTILE=timed`, for a machine where nothing else runs,
 * a caller who asks all the time must get its answers within twice the quiet time.
 */

const mebibyte = 1024 * 1024;
const isAlone = process.env.CFG_HOSTILE === 'alone';
const isTimed = process.env.CFG_HOSTILE === 'timed';
const most = (isAlone ? 100 : 200) * mebibyte;
const set = '/config.v1.ConfigService/Set';

/** The head of a gRPC message of that size, and its compression flag. */
function messageHead(size: number, compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = compressed;
  head.writeUInt32BE(size, 1);
  return head;
}

/** Attackers that the server knows: an answer of 20 MB to each of a hundred who do not read. */
describe.skipIf(process.platform !== 'linux')('a server whose callers do not read', () => {
  const paths = ['/v1/namespaces/n/keys', ...(isAlone ? ['/v1/namespaces/n/snapshot'] : [])];

  it.each(paths)('%s', async (path) => {
    await using program = await Program.serving([...anyPorts, '--guard', 'allow-all']);
    const { hostname, port } = new URL(await program.url('/'));
    const body = JSON.stringify({ value: Buffer.alloc(200_000).toString('base64'), codec: 'raw' });
    const url = await program.url('/v1/namespaces/n/keys/k');
    for (let at = 0; at < 100; at += 1) expect((await fetch(url + at, { method: 'POST', body })).status).toBe(200);
    await (await fetch(await program.url(path))).arrayBuffer();
    const quietBytes = program.residentBytes;
    const first: Promise<unknown>[] = [];
    for (let count = 0; count < 100; count += 1) {
      const silent = connect(Number(port), hostname).on('error', () => {});
      onTestFinished(() => void silent.destroy());
      silent.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      first.push(once(silent, 'readable'));
    }
    await Promise.all(first);
    expect((await fetch(await program.url('/v1/namespaces/n/keys/k0'))).status).toBe(200);
    // Sent at once, 2.7 GB of text would wait here.
    const grown = program.residentBytes - quietBytes;
    if (isAlone) console.log(`memory +${Math.round(grown / mebibyte)} MB`);
    expect(grown / mebibyte).toBeLessThan(most / mebibyte);
  });
});

describe.skipIf(process.platform !== 'linux')('a server under attack', () => {
  let program: Program;
  let quietBytes: number;
  let quietMs: number;
  let wellBehaved: WellBehaved | undefined;

  beforeAll(async () => {
    program = await Program.serving([...anyPorts, '--guard', 'deny-all', '--log-level', 'info']);
    await warmUp();
    quietBytes = program.residentBytes;
    if (!isTimed) return;
    // Its calls belong to what is quiet.
    wellBehaved = new WellBehaved(await program.url('/v1/codecs'));
    await sleep(2_000);
    quietMs = await wellBehaved.medianMs();
    quietBytes = program.residentBytes;
  });

  afterAll(async () => {
    await wellBehaved?.[Symbol.asyncDispose]();
    await program[Symbol.asyncDispose]();
  });

  /** A well-behaved caller gets an answer at both doors. */
  async function isWell(): Promise<void> {
    const channel = createChannel(await program.grpcAddress());
    const access = await createClient(ConfigServiceDefinition, channel).checkAccess({ namespace: 'n' });
    expect(access.canRead).toBe(false);
    channel.close();
    expect((await fetch(await program.url('/v1/codecs'))).status).toBe(403);
  }

  /** As after a while of everyday calls: a process that has just started has not yet grown to its usual size. */
  async function warmUp(): Promise<void> {
    const channel = createChannel(await program.grpcAddress());
    const client = createClient(ConfigServiceDefinition, channel);
    const url = await program.url('/v1/codecs');
    // Many at once: that is what it grows by.
    for (let round = 0; round < 20; round += 1) {
      const calls = Array.from({ length: 500 }, () => client.checkAccess({ namespace: 'n' }));
      const gets = Array.from({ length: 50 }, async () => (await fetch(url)).text());
      await Promise.all([...calls, ...gets]);
    }
    channel.close();
  }

  /** Watches the memory while the attack lasts. */
  async function withstands(attack: () => Promise<unknown>): Promise<void> {
    let highest = 0;
    await wellBehaved?.medianMs();
    const watching = setInterval(() => {
      highest = Math.max(highest, program.residentBytes);
    }, 20);
    try {
      await attack();
      // Attackers keep what they hold; a few answers alone have no median.
      if (isTimed) await sleep(2_000);
      const tookMs = await wellBehaved?.medianMs();
      // Only where nothing else runs is a time worth something.
      if (tookMs !== undefined) console.log(`the latency of others: ${(tookMs / quietMs).toFixed(2)} of the quiet one`);
      if (tookMs !== undefined) expect(tookMs / quietMs).toBeLessThan(2);
      await isWell();
    } finally {
      clearInterval(watching);
    }
    const grown = Math.max(highest, program.residentBytes) - quietBytes;
    if (isAlone || isTimed) console.log(`memory +${Math.round(grown / mebibyte)} MB`);
    expect(grown / mebibyte).toBeLessThan(most / mebibyte);
  }

  /** Callers who send this to the HTTP door and read nothing. */
  async function silent(count: number, text: string): Promise<void> {
    const { hostname, port } = new URL(await program.url('/'));
    for (let at = 0; at < count; at += 1) {
      const socket = connect(Number(port), hostname).on('error', () => {});
      onTestFinished(() => void socket.destroy());
      socket.write(text);
    }
  }

  async function session(): Promise<ClientHttp2Session> {
    const open = http2.connect(`http://${await program.grpcAddress()}`).on('error', () => {});
    onTestFinished(() => open.destroy());
    await once(open, 'remoteSettings');
    return open;
  }

  const stream = (open: ClientHttp2Session, headers: object = {}) =>
    open
      .request({ ':method': 'POST', ':path': set, 'content-type': 'application/grpc', te: 'trailers', ...headers })
      .on('error', () => {});

  it('by compressed messages that grow a thousandfold', async () => {
    const bomb = gzipSync(Buffer.alloc(62 * mebibyte));
    await withstands(async () => {
      const open = await session();
      const streams = Array.from({ length: 60 }, () => stream(open, { 'grpc-encoding': 'gzip' }));
      const ends = streams.map((one) => new Promise((resolve) => one.resume().once('close', resolve)));
      for (const one of streams) one.end(Buffer.concat([messageHead(bomb.length, 1), bomb]));
      await Promise.all(ends);
    });
  });

  it('by messages that are announced and never end', async () => {
    await withstands(async () => {
      const open = await session();
      const part = Buffer.alloc(3 * mebibyte);
      const streams = Array.from({ length: 40 }, () => stream(open).resume());
      // As much as the windows let through, at once.
      for (const one of streams) one.write(Buffer.concat([messageHead(4 * mebibyte - 16), part]));
      const other = await session();
      for (let count = 0; count < 40; count += 1)
        stream(other)
          .resume()
          .write(Buffer.concat([messageHead(60 * mebibyte), part]));
      for (let turn = 0; turn < 5; turn += 1) await isWell();
    });
  });

  it('by streams without a body', async () => {
    await withstands(async () => {
      const open = await session();
      for (let count = 0; count < 20_000; count += 1) {
        stream(open);
        if (count % 1_000 === 0) await new Promise(setImmediate);
      }
      await isWell();
    });
  });

  it('by HTTP bodies that never end, and by connections that say nothing', async () => {
    await withstands(async () => {
      const { hostname, port } = new URL(await program.url('/'));
      for (let count = 0; count < 200; count += 1) {
        const headers = { 'content-length': String(mebibyte) };
        const path = '/v1/namespaces/n/keys/a';
        const request = http.request({ hostname, port, path, method: 'POST', headers, agent: false });
        onTestFinished(() => void request.destroy());
        request.on('error', () => {}).write(Buffer.alloc(mebibyte / 2, 0x20));
      }
      await silent(500, '');
      await isWell();
    });
  });

  it('by requests that are sent ahead by the thousand, and answers that nobody reads', async () => {
    const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: br\r\n\r\n`;
    await withstands(async () => {
      await silent(30, ask('/v1/codecs').repeat(2_000));
      await silent(200, ask('/docs/swagger-ui-bundle.js'));
      await isWell();
    });
  });

  it('by headers without end', async () => {
    await withstands(async () => {
      const url = await program.url('/v1/codecs');
      const answer = await fetch(url, { headers: { 'x-long': 'x'.repeat(100_000) } }).catch(() => undefined);
      expect(answer?.status ?? 431).toBe(431);
      const open = await session();
      const one = stream(open, { 'x-long': 'x'.repeat(60_000) }).resume();
      await new Promise((resolve) => one.once('close', resolve));
    });
  });
});
