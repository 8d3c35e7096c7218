import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from './server.js';
import { PostgresServer } from './test/postgres.js';

const withoutRedis = spawnSync('redis-server', ['--version']).status === 0 ? '' : ': no redis-server on the PATH';

const start = (rateStore: string): Promise<RunningServer> =>
  startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', rate: 1, burst: 20, rateStore });

/** The statuses of so many calls, at each server in turn. */
async function statuses(count: number, ...servers: readonly RunningServer[]): Promise<number[]> {
  const codes: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const { httpAddress } = servers[at % servers.length] as RunningServer;
    codes.push((await fetch(`http://${httpAddress}/v1/codecs`)).status);
  }
  return codes;
}

const limited = (codes: readonly number[]): number => codes.filter((code) => code === 429).length;

describe('servers that share a limit', () => {
  it('count together in PostgreSQL, and alone while it is away', { timeout: 120_000 }, async () => {
    const postgres = await PostgresServer.start();
    await using one = await start(postgres.url);
    await using two = await start(postgres.url);
    // Each by itself would let all of them in. Some more come in with the time that they take.
    const codes = await statuses(38, one, two);
    expect(codes.slice(0, 20)).toEqual(Array(20).fill(200));
    expect(limited(codes)).toBeGreaterThan(0);
    await postgres[Symbol.asyncDispose]();
    // Each has a bucket of its own now.
    expect(await statuses(20, one)).toEqual(Array(20).fill(200));
    await vi.waitFor(async () => expect(limited(await statuses(30, one))).toBeGreaterThan(0));
  });

  it.skipIf(withoutRedis !== '')(`count together in Redis${withoutRedis}`, { timeout: 60_000 }, async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
    await vi.waitFor(async () => {
      const ready = spawnSync('redis-cli', ['-p', String(port), 'ping']);
      expect(ready.stdout.toString()).toContain('PONG');
    });
    const url = `redis://127.0.0.1:${port}`;
    await using one = await start(url);
    await using two = await start(url);
    // A connection that is not there yet counts for nothing.
    await vi.waitFor(async () => {
      const { stdout } = spawnSync('redis-cli', ['-p', String(port), 'keys', 'cfg_rate*']);
      await statuses(1, one);
      await statuses(1, two);
      expect(stdout.toString()).toContain('cfg_rate');
    });
    spawnSync('redis-cli', ['-p', String(port), 'flushall']);
    const codes = await statuses(38, one, two);
    expect(limited(codes)).toBeGreaterThan(0);
    redis.kill();
    await once(redis, 'exit');
    expect((await statuses(1, one))[0]).toBe(200);
  });

  it.each([
    [{ rateStore: 'nowhere', rate: 1 }, 'rateStore must be redis://'],
    [{ rateStore: 'postgres:secret', rate: 1 }, 'rateStore must be redis://'],
    [{ rateStore: 'redis://127.0.0.1' }, 'rateStore needs rate'],
    [{ rateStore: 'postgres://ann:secret@127.0.0.1:1/x', rate: 1 }, 'rateStore: '],
  ])('are refused with a reason: %j', async (options, reason) => {
    const starting = startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', ...options });
    const error: Error = await starting.then(
      () => expect.fail('started'),
      (thrown) => thrown,
    );
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('secret');
  });
});
