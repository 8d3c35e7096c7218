import { request } from 'node:http';
import { denyAll } from '@cfg/service';
import { describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from './server.js';

const anyPorts = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

function statusOf(server: RunningServer, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const [hostname, port] = server.httpAddress.split(':');
  const options = { hostname, port, method, headers, path: '/v1/namespaces/n/keys/a', agent: false };
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end(method === 'POST' ? '{"value":"MQ=="}' : undefined);
  });
}

describe('a server that is open to this machine', () => {
  it('is not open to the web pages that are shown on it', async () => {
    await using server = await startServer(anyPorts);
    expect(await statusOf(server, { 'content-type': 'text/plain', origin: 'https://evil.example' }, 'POST')).toBe(403);
    expect(await statusOf(server, { host: 'evil.example' })).toBe(403);
    expect(await statusOf(server, {}, 'POST')).toBe(200);
    expect(await statusOf(server, { host: 'localhost' })).toBe(200);
  });

  it('takes the origins and names that it is told', async () => {
    const named = { allowedHosts: 'a.example, b.example', allowedOrigins: 'https://admin.example' };
    await using server = await startServer({ ...anyPorts, ...named });
    expect(await statusOf(server, { host: 'b.example', origin: 'https://admin.example' }, 'POST')).toBe(200);
    expect(await statusOf(server, { host: 'c.example' })).toBe(403);
  });

  it('with a guard may be called by any name', async () => {
    await using server = await startServer({ ...anyPorts, guard: denyAll() });
    expect(await statusOf(server, { host: 'c.example' })).toBe(403);
    expect(await statusOf(server, { host: 'c.example', origin: 'http://c.example' })).toBe(403);
  });
});

describe('a rate limit', () => {
  it('counts clients by their address, behind proxies that are trusted too', async () => {
    const limited = { ...anyPorts, rate: 1, burst: 2 };
    const statuses = async (server: RunningServer) => {
      const seen: number[] = [];
      for (const client of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) {
        seen.push(await statusOf(server, { 'x-forwarded-for': client }, 'POST'));
      }
      return seen;
    };
    await using direct = await startServer({ ...limited, rate: 1 });
    expect((await statuses(direct)).slice(0, 2)).toEqual([200, 200]);
    let status = 200;
    for (let left = 100; left > 0 && status === 200; left -= 1) status = await statusOf(direct, {});
    expect(status).toBe(429);
    await using proxied = await startServer({ ...limited, trustedProxies: '127.0.0.0/8' });
    expect(await statuses(proxied)).toEqual([200, 200, 200]);
  });

  it.each([
    [{ burst: 5 }, 'burst needs rate as well'],
    [{ rate: 0 }, 'rate must be'],
    [{ rate: 1, trustedProxies: 'x' }, 'trustedProxies'],
    [{ allowedOrigins: 'x' }, 'allowedOrigins'],
    [{ maxConnections: 0 }, 'maxConnections'],
  ])('refuses %j', async (options, message) => {
    await expect(startServer({ ...anyPorts, ...options })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
  });
});
