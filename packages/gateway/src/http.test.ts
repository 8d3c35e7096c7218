import { request as httpRequest } from 'node:http';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createGateway } from './index.js';
import { doors, openDoor } from './test/doors.js';
import { ask } from './test/http.js';

const path = '/v1/namespaces/a/keys/b';

/** The bytes of an answer, which `ask` reads as text. */
function bytesOf(
  url: string,
  headers: Record<string, string>,
): Promise<{ encoding: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(url);
    const request = httpRequest({ hostname, port, path: pathname + search, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject).end();
  });
}

describe.each(doors)('what HTTP brings along, %s', (door) => {
  it('compresses large answers for who asks for it', async () => {
    await using opened = await openDoor(door, { gateway: { compressFromBytes: 1_000 } });
    const text = JSON.stringify('x'.repeat(5_000));
    await ask(opened.url, path, { method: 'PUT', body: text });
    await ask(opened.url, '/v1/namespaces/a/keys/small', { method: 'PUT', body: '1' });
    const plain = await ask(opened.url, path);
    expect(plain.headers).toMatchObject({ vary: 'Accept, Accept-Encoding' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    const read = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync };
    for (const [coding, decode] of Object.entries(read)) {
      if (decode === undefined) continue;
      const { encoding, body } = await bytesOf(`${opened.url}${path}?raw`, { 'accept-encoding': coding });
      expect([encoding, decode(body).toString()]).toEqual([coding, text]);
    }
    const cases = [
      ['gzip;q=0, identity', undefined],
      ['identity, *;q=0', undefined],
      ['gzip;q=0.9, br;q=0.5, zstd;q=0.1', 'gzip'],
      ['deflate', undefined],
      ['*', typeof zlib.zstdCompress === 'function' ? 'zstd' : 'br'],
    ];
    for (const [accept = '', expected] of cases) {
      expect((await bytesOf(`${opened.url}${path}`, { 'accept-encoding': accept })).encoding).toBe(expected);
    }
    const small = await bytesOf(`${opened.url}/v1/namespaces/a/keys/small`, { 'accept-encoding': 'gzip' });
    expect(small.encoding).toBeUndefined();
  });

  it('tells browsers that no answer is a page, and caches what they may keep', async () => {
    await using opened = await openDoor(door);
    const headers = {
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
    };
    for (const target of ['/v1/codecs', path, '/nope']) {
      expect((await ask(opened.url, target)).headers).toMatchObject({ ...headers, 'cache-control': 'no-store' });
    }
    expect((await ask(opened.url, '/v1/watch', { method: 'HEAD' })).headers).toMatchObject(headers);
  });

  it('lets pages of other origins in only if told so', async () => {
    const origin = 'https://app.example.com';
    const question = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'if-match' };
    const options = { method: 'OPTIONS', headers: question };
    await using closed = await openDoor(door);
    const refused = await ask(closed.url, path, options);
    expect(refused.status).toBe(403);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    const cors = { origins: [origin], credentials: true, maxAgeMs: 5_000 };
    await using opened = await openDoor(door, { gateway: { cors } });
    expect(await ask(opened.url, path, options)).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET,HEAD,POST,PUT,DELETE',
        'access-control-allow-headers': 'if-match',
        'access-control-max-age': '5',
      },
    });
    await ask(opened.url, path, { method: 'PUT', body: '1' });
    const read = await ask(opened.url, path, { headers: { origin } });
    expect(read.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin, Accept' });
    expect(read.headers['access-control-expose-headers']).toContain('ETag');
    const other = await ask(opened.url, path, { headers: { origin: 'https://evil.example.com' } });
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
    expect((await ask(opened.url, path, { method: 'OPTIONS' })).status).toBe(405);
  });

  it.each([
    ['cors.origins', { origins: ['app.example.com'] }],
    ['cors.origins', { origins: 'https://a.example.com' as never }],
    ['cors.credentials', { origins: '*' as const, credentials: true }],
    ['cors.maxAgeMs', { origins: '*' as const, maxAgeMs: -1 }],
  ])('refuses a wrong %s', (name, cors) => {
    expect(() => createGateway('a:1', { cors })).toThrow(name);
  });

  it('takes more in a batch', async () => {
    const gateway = { maxBodyBytes: 100_000, compressFromBytes: 0 };
    await using opened = await openDoor(door, { gateway });
    const value = Buffer.alloc(60_000, 0x31).toString('base64');
    const operations = Array.from({ length: 10 }, (_, i) => ({ set: { key: `k${i}`, value, codec: 'raw' } }));
    const post = (count: number) => ({ method: 'POST', body: { operations: operations.slice(0, count) } });
    expect((await ask(opened.url, '/v1/namespaces/a/batch', post(10))).status).toBe(200);
    const large = { method: 'POST', body: { value: Buffer.alloc(90_000, 0x31).toString('base64') } };
    expect((await ask(opened.url, path, large)).status).toBe(413);
  });
});

it('takes bodies as large as the largest value of its service', async () => {
  await using opened = await openDoor('in process', { service: { maxValueBytes: 3_000_000 } });
  const body = { value: Buffer.from(JSON.stringify('x'.repeat(2_900_000))).toString('base64') };
  expect((await ask(opened.url, path, { method: 'POST', body })).status).toBe(200);
});
