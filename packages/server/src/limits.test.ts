import { connect, type Socket } from 'node:net';
import { RemoteStore } from '@cfg/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type RunningServer, startServer } from './server.js';

const start = (options: object): Promise<RunningServer> =>
  startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', metrics: '127.0.0.1:0', ...options });

const metricsOf = async (server: RunningServer): Promise<string> =>
  (await fetch(`http://${server.metricsAddress}/metrics`)).text();

describe('a server', () => {
  it.each(['grpc', 'http'] as const)('has no more connections of one host than it should: %s', async (door) => {
    await using server = await start({ maxConnectionsPerHost: 3 });
    const [host = '', port] = (door === 'grpc' ? server.grpcAddress : server.httpAddress).split(':');
    const closed: Socket[] = [];
    const sockets = Array.from({ length: 5 }, () => {
      const socket = connect(Number(port), host).on('error', () => {});
      return socket.once('close', () => closed.push(socket)).resume();
    });
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await vi.waitFor(() => expect(closed).toHaveLength(2));
    const text = await metricsOf(server);
    expect(text).toContain(`cfg_limits_reached_total{door="${door}",limit="connectionsPerHost"} 2`);
    expect(text).toContain(`cfg_connections{door="${door}"} 3`);
    for (const socket of sockets) socket.destroy();
    // There is room again.
    await vi.waitFor(async () => expect(await metricsOf(server)).toContain(`cfg_connections{door="${door}"} 0`));
    const later = connect(Number(port), host);
    await vi.waitFor(async () => expect(await metricsOf(server)).toContain(`cfg_connections{door="${door}"} 1`));
    later.destroy();
  });

  it('counts no connections of proxies that it trusts', async () => {
    await using server = await start({ maxConnectionsPerHost: 1, trustedProxies: '127.0.0.0/8' });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        fetch(`http://${server.httpAddress}/v1/codecs`, { headers: { connection: 'close' } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await metricsOf(server)).toContain('door="http",limit="connectionsPerHost"} 0');
  });

  it('has no more watches of one client than it should, whatever door they come by', async () => {
    await using server = await start({ maxWatchesPerClient: 2 });
    const url = `http://${server.httpAddress}/v1/watch`;
    const abort = new AbortController();
    expect((await fetch(url, { signal: abort.signal })).status).toBe(200);
    await using store = new RemoteStore(server.grpcAddress, { insecure: true });
    await store.connect();
    const second = store.watch();
    await second.ready;
    const third = store.watch({}, { resume: false });
    await expect(third.next()).rejects.toMatchObject({ code: 'resource_exhausted' });
    expect((await fetch(url)).status).toBe(429);
    expect(await metricsOf(server)).toContain('limit="watchesPerClient"} 2');
    abort.abort();
    await vi.waitFor(async () => {
      const again = await fetch(url, { signal: AbortSignal.timeout(20_000) });
      await again.body?.cancel();
      expect(again.status).toBe(200);
    });
  });
});
