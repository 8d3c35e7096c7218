import http from 'node:http';
import { ConfigError } from '@cfg/core';
import { allowAll } from '@cfg/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayOptions } from './index.js';
import { doors, type OpenDoor, openDoor } from './test/doors.js';
import { ask } from './test/http.js';

const key = '/v1/namespaces/web/keys/a';
const body = { value: Buffer.from('1').toString('base64') };

describe.each(doors)('a web page, at the gateway %s,', (kind) => {
  const open = (gateway: GatewayOptions = {}): Promise<OpenDoor> => openDoor(kind, { gateway });
  let door: OpenDoor;

  beforeAll(async () => {
    door = await open();
    await ask(door.url, key, { method: 'POST', body });
  });

  afterAll(() => door[Symbol.asyncDispose]());

  it.each([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of the same host on another port', { origin: 'http://127.0.0.1:1' }],
    ['without a name of its own', { origin: 'null' }],
    ['that writes to forms', { origin: 'https://evil.example', 'content-type': 'text/plain' }],
    ['whose browser says only that it is foreign', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['of the same site, but another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    ['whose browser says what nobody knows', { 'sec-fetch-site': 'elsewhere' }],
    ['whose old browser tells only its address', { referer: 'https://evil.example/page' }],
    ['whose address is none', { referer: 'about:blank' }],
    ['that sends its users to write', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('%s may not write', async (_, headers) => {
    for (const [method, path] of [
      ['POST', key],
      ['DELETE', key],
      ['PUT', '/v1/aliases/x'],
    ] as const) {
      const answer = await ask(door.url, path, { method, headers, body });
      expect(answer).toMatchObject({ status: 403, json: { code: 7, details: [] } });
    }
    expect((await ask(door.url, key)).json).toMatchObject({ entry: { version: '1' } });
  });

  it('of another origin may not read, watch, or learn which paths there are', async () => {
    for (const path of [key, '/v1/watch?namespaces=web', '/nothing']) {
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
        { origin: 'https://evil.example', upgrade: 'websocket', connection: 'Upgrade', 'sec-fetch-mode': 'websocket' },
      ]) {
        expect((await ask(door.url, path, { headers: headers as Record<string, string> })).status).toBe(403);
      }
    }
  });

  it('of its own may do everything, and a link may be followed', async () => {
    const { host } = new URL(door.url);
    for (const headers of [
      { origin: `http://${host}` },
      { origin: `https://${host}`, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' },
      { referer: 'https://wiki.example/how-to' },
      {},
    ]) {
      expect((await ask(door.url, key, { headers: headers as Record<string, string> })).status).toBe(200);
    }
  });

  it('that is an app of its own, and not of the server, may do nothing', async () => {
    const { host } = new URL(door.url);
    for (const scheme of ['capacitor', 'app', 'ws', 'file']) {
      const answer = await ask(door.url, key, { method: 'POST', body, headers: { origin: `${scheme}://${host}` } });
      expect([scheme, answer.status]).toEqual([scheme, 403]);
    }
  });

  it('may be of the origins that are named', async () => {
    await using named = await open({ allowedOrigins: ['https://admin.example.com'] });
    const from = (origin: string) =>
      ask(named.url, key, { method: 'POST', body, headers: { origin, 'sec-fetch-site': 'cross-site' } });
    expect((await from('https://admin.example.com')).status).toBe(200);
    expect((await from('https://admin.example.com.evil.example')).status).toBe(403);
    await using any = await open({ allowedOrigins: ['*'] });
    expect((await ask(any.url, key, { method: 'POST', body, headers: { origin: 'null' } })).status).toBe(200);
  });

  it('cannot make a name of its own lead here', async () => {
    await using named = await open({ allowedHosts: ['config.example.com'] });
    const at = async (host: string) => (await ask(named.url, '/v1/codecs', { headers: { host } })).status;
    expect(await at('evil.example')).toBe(403);
    expect(await at('evil.example:8080')).toBe(403);
    expect(await at('config.example.com.evil.example')).toBe(403);
    expect(await at('config.example.com:443')).toBe(200);
    expect(await at('Config.Example.com')).toBe(200);
    expect(await at('localhost:8080')).toBe(200);
    expect(await at('[::1]:8080')).toBe(200);
    expect(await at('192.168.0.7')).toBe(200);
    expect(await at('config.example.com.')).toBe(200);
    // An address, however it is written, is no name that leads here.
    expect(await at('2130706433')).toBe(200);
    expect(await at('0177.0.0.1:80')).toBe(200);
    for (const odd of [
      'a b',
      'evil.example.',
      'localhost.evil.example',
      'localhost@evil.example',
      'evil.example@localhost',
      'localhost/evil.example',
      'localhost#evil.example',
      'localhost?.evil.example',
      'localhost\\.evil.example',
      '%6cocalhost',
      'loc\u00aalhost',
      '[fe80::1%25eth0]',
      'localhost:80:80',
      'localhost:http',
    ]) {
      expect([odd, await at(odd)]).toEqual([odd, 403]);
    }
  });

  it('gets answers that nobody keeps and no browser takes for something else', async () => {
    for (const path of [key, '/v1/codecs', '/nothing', '/v1/namespaces/web/snapshot']) {
      const { headers } = await ask(door.url, path);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
      expect(headers['cache-control']).toContain('no-store');
    }
  });

  it.each([
    [{ allowedOrigins: ['admin.example.com'] }, 'allowedOrigins'],
    [{ allowedOrigins: ['https://admin.example.com/'] }, 'allowedOrigins'],
    [{ maxBufferedBytes: 1 }, 'maxBufferedBytes'],
  ])('is not ruled by %j', async (gateway, name) => {
    await expect(open(gateway)).rejects.toThrow(name);
  });
});

describe('a body', () => {
  /** Begins a request, and tells its answer; the body never ends. */
  function begin(url: string, headers: Record<string, string>, first: Buffer) {
    const { hostname, port } = new URL(url);
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      const request = http.request({ hostname, port, path: key, method: 'POST', agent: false, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text });
          request.destroy();
        });
      });
      request.on('error', reject);
      request.write(first);
    });
  }

  it('is not waited for where the caller is refused, or makes too many calls', async () => {
    const service = {
      guard: { ...allowAll(), authenticate: () => Promise.reject(new ConfigError('unauthenticated', 'who?')) },
    };
    await using door = await openDoor('in process', { service });
    const headers = { 'content-length': '1000000' };
    expect(await begin(door.url, headers, Buffer.from('{'))).toMatchObject({ status: 401 });
    await using limited = await openDoor('in process', { service: { rateLimit: { rate: 0.001, burst: 1 } } });
    expect((await ask(limited.url, key, { method: 'POST', body })).status).toBe(200);
    expect(await begin(limited.url, headers, Buffer.from('{'))).toMatchObject({ status: 429 });
  });

  it.each(doors)('that does not come in time is given up, at the gateway %s', async (kind) => {
    await using door = await openDoor(kind, { gateway: { callTimeoutMs: 20 } });
    const answer = await begin(door.url, { 'content-length': '1000' }, Buffer.from('{'));
    expect(answer).toMatchObject({ status: 504, text: expect.stringContaining('the time for the call is over') });
  });

  it.each(doors)('has no room where others are being received, at the gateway %s', async (kind) => {
    await using door = await openDoor(kind, { gateway: { maxBodyBytes: 1_000, maxBufferedBytes: 1_500 } });
    const half = { 'content-length': '1000' };
    const first = begin(door.url, half, Buffer.alloc(990, 0x20));
    first.catch(() => {});
    let second = await ask(door.url, key, { method: 'POST', body: ' '.repeat(900) });
    while (second.status !== 429) second = await ask(door.url, key, { method: 'POST', body: ' '.repeat(900) });
    expect(second).toMatchObject({ status: 429, json: { code: 8 } });
    door.http.closeAllConnections();
    await expect(first).rejects.toThrow();
    // Whatever was taken is given back.
    let third = await ask(door.url, key, { method: 'POST', body });
    while (third.status === 429) third = await ask(door.url, key, { method: 'POST', body });
    expect(third.status).toBe(200);
  });
});
