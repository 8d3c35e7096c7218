import { connect, createServer, type Http2Server, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from '@cfg/core';
import { allowAll, createConfigService, type HttpHandler } from '@cfg/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInProcessGateway, type Gateway } from './index.js';

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe('over HTTP/2', () => {
  let gateway: Gateway;
  let server: Http2Server;
  let store: MemoryStore;
  let session: ReturnType<typeof connect>;

  beforeAll(async () => {
    store = new MemoryStore();
    await store.connect();
    gateway = createInProcessGateway(createConfigService(store, { guard: allowAll() }), { allowedHosts: [] });
    server = createServer(gateway.handler as HttpHandler & Parameters<typeof createServer>[1]);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterAll(async () => {
    await gateway.close();
    session.destroy();
    server.close();
    await store.close();
  });

  /** One request. `until`: the answer is left as soon as its text has so many of the word. */
  function ask(
    path: string,
    headers: object = {},
    body?: string,
    until?: [word: string, count: number],
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':path': path, ...headers });
      let received: IncomingHttpHeaders = {};
      let text = '';
      stream.setEncoding('utf8');
      stream.on('response', (told) => {
        received = told;
      });
      stream.on('data', (chunk: string) => {
        text += chunk;
        if (until !== undefined && text.split(until[0]).length > until[1]) stream.close();
      });
      stream.on('close', () => resolve({ headers: received, text }));
      stream.on('error', reject);
      stream.end(body);
    });
  }

  const key = '/v1/namespaces/two/keys/a%2Fb';

  it('values are written and read, with conditions', async () => {
    const written = await ask(`${key}?comment=x`, { ':method': 'PUT', 'content-type': 'application/yaml' }, 'a: 1\n');
    expect(written.headers).toMatchObject({ ':status': 200, etag: '"1-1"' });
    const read = await ask(key);
    expect(read.headers).toMatchObject({ ':status': 200, etag: '"1-1"', 'x-content-type-options': 'nosniff' });
    expect(JSON.parse(read.text)).toMatchObject({ entry: { key: 'a/b', codec: 'yaml' } });
    expect((await ask(`${key}?raw`)).text).toBe('a: 1\n');
    expect(await ask(key, { 'if-none-match': '"1-1"' })).toMatchObject({ headers: { ':status': 304 }, text: '' });
    expect((await ask(key, { ':method': 'HEAD' })).text).toBe('');
    expect((await ask(key, { ':method': 'PATCH' })).headers).toMatchObject({
      ':status': 405,
      allow: expect.any(String),
    });
    expect((await ask('/v1/namespaces/two/keys/none')).headers[':status']).toBe(404);
  });

  it('a page of the server’s own may send requests, another may not', async () => {
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await ask(key, { origin: own })).headers[':status']).toBe(200);
    expect((await ask(key, { origin: 'http://evil.example' })).headers[':status']).toBe(403);
    // A foreign page whose name is made to lead here.
    expect((await ask(key, { ':authority': 'evil.example' })).headers[':status']).toBe(403);
  });

  it('changes are streamed, also many at once', async () => {
    const count = 500;
    const streaming = ask('/v1/watch?namespaces=many', {}, undefined, ['event: set', count]);
    const value = { bytes: Buffer.alloc(500, '1'), codec: 'raw', type: 'custom' } as const;
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let at = 0; at < count; at += 1) await store.set('many', `k${at}`, value);
    const { headers, text } = await streaming;
    expect(headers).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream' });
    const keys = [...text.matchAll(/"key":"(k\d+)"/g)].map(([, name]) => name);
    expect(keys).toEqual(Array.from({ length: count }, (_, at) => `k${at}`));
  });

  it('a connection with many streams is served', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(key)));
    expect(new Set(answers.map(({ headers }) => headers[':status']))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(100);
  });
});
