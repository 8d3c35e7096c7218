import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ConfigError } from '@cfg/core';
import { allowAll, type GuardContext } from '@cfg/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doors, type OpenDoor, openDoor } from './test/doors.js';
import { ask } from './test/http.js';

const key = '/v1/namespaces/bad/keys/a';
const post = (body: unknown, headers = {}) => ({ method: 'POST', body, headers });
const refusal = (message: string | RegExp) => ({
  status: 400,
  json: { code: 3, message: typeof message === 'string' ? message : expect.stringMatching(message) },
});

/** Sends raw bytes, and hands back all that comes until the other end hangs up. */
function raw(url: string, text: string, { hangUp = false } = {}): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(text, () => hangUp && socket.destroy());
    });
    socket.on('data', (chunk) => {
      received += chunk;
      if (received.includes('\r\n\r\n')) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

describe.each(doors)('bad input, %s', (door) => {
  let opened: OpenDoor;
  let url: string;

  beforeAll(async () => {
    opened = await openDoor(door, { gateway: { maxBodyBytes: 2_000_000 } });
    url = opened.url;
  });

  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });

  it.each([
    ['broken JSON', '{"value": ', /./],
    ['a JSON list', '[]', /./],
    ['JSON null bytes', '\0', /./],
    ['bad base64', { value: '***' }, /value/],
    ['a value that is no string', { value: 30 }, /value/],
    ['an unknown enum name', { value: 'MQ==', writeMode: 'WRITE_MODE_NOPE' }, /WRITE_MODE_NOPE/],
    ['any other word for an enum', { value: 'MQ==', writeMode: 'NOPE' }, /unknown WriteMode "NOPE"/],
    ['a word for an enum that cannot be seen', { value: 'MQ==', writeMode: '\u00a0' }, /"\\u00a0"/],
    ['an integer out of range', { value: 'MQ==', ifVersion: '9007199254740993' }, /ifVersion/],
    ['both spellings of a field', { value: 'MQ==', writeMode: 1, write_mode: 1 }, /write/],
  ])('is refused: %s', async (_, body, message) => {
    expect(await ask(url, key, post(body))).toMatchObject(refusal(message));
  });

  it('is refused: a body that is not UTF-8', async () => {
    const { hostname } = new URL(url);
    const response = await fetch(url + key, {
      method: 'POST',
      body: new Uint8Array([0x7b, 0xff, 0x7d]),
      headers: { hostname },
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 3, message: 'the request body is not UTF-8', details: [] },
    ]);
  });

  it.each([
    ['/v1/namespaces/bad/keys?limit=-1', /limit/],
    ['/v1/namespaces/bad/keys?limit=abc', /limit/],
    ['/v1/namespaces/bad/keys?limit=1&limit=2', /limit/],
    ['/v1/namespaces/bad/keys?limit=99999999999', /limit/],
    ['/v1/namespaces/bad/keys?cursor=zzz', /cursor/],
    ['/v1/namespaces/bad/keys?prefix=%zz', 'broken percent-encoding in the query'],
    ['/v1/namespaces/bad/keys?prefix=%ff', 'broken percent-encoding in the query'],
    ['/v1/namespaces/bad/keys/%', 'broken percent-encoding in the path'],
    ['/v1/namespaces/bad/keys/a%2', 'broken percent-encoding in the path'],
    ['/v1/namespaces/%ff/keys/a', 'broken percent-encoding in the path'],
    ['/v1/namespaces/bad/keys/%ZZ/versions', 'broken percent-encoding in the path'],
    ['/v1/namespaces/bad/keys/%ZZ/diff?v1=1&v2=2', 'broken percent-encoding in the path'],
    ['/v1/aliases/%e4', 'broken percent-encoding in the path'],
    ['/v1/namespaces/bad%2Fns/keys/a', /namespace/],
    ['/v1/namespaces/bad/keys/..', /key/],
    ['/v1/namespaces/bad/keys/a%00b', /key/],
    ['/v1/namespaces/bad/keys//a', /key/],
    ['/v1/namespaces/bad/keys/a/versions?version=-1', /version/],
    [`/v1/watch?${Array.from({ length: 101 }, (_, i) => `prefixes=p${i}`).join('&')}`, 'too many prefixes (max 100)'],
    [`/v1/watch?namespaces=${'n'.repeat(257)}`, 'namespace value too long (max 256 bytes)'],
    ['/v1/watch?namespaces=a%20b', /namespace/],
    ['/v1/watch?prefixes=%', 'broken percent-encoding in the query'],
  ])('is refused: GET %s', async (path, message) => {
    expect(await ask(url, path)).toMatchObject(refusal(message));
  });

  it('is refused: headers that cannot be read', async () => {
    expect(await ask(url, key, { headers: { 'x-sig-bin': '*' } })).toMatchObject(refusal(/x-sig-bin/));
    expect(await ask(url, key, { headers: { 'grpc-timeout': 'soon' } })).toMatchObject(refusal(/grpc-timeout/));
  });

  it('is refused: a compressed body', async () => {
    const body = gzipSync('{"value":"MQ=="}');
    const response = await fetch(url + key, { method: 'POST', body, headers: { 'content-encoding': 'gzip' } });
    expect([response.status, await response.json()]).toMatchObject([415, { code: 3 }]);
  });

  it('is refused: a value over the limit of the service', async () => {
    const value = Buffer.alloc(1_048_577, 0x31).toString('base64');
    expect(await ask(url, key, post({ value }))).toMatchObject(refusal(/1048577/));
  });

  it('is refused: a body over the limit, however it is sent, and the connection lives on', async () => {
    const text = JSON.stringify({ value: 'A'.repeat(3_000_000) });
    const message = 'request body is larger than 2000000 bytes';
    const chunked = new Blob([text]).stream();
    for (const body of [text, chunked]) {
      const response = await fetch(url + key, { method: 'POST', body, duplex: 'half' } as RequestInit);
      expect([response.status, await response.json()]).toEqual([413, { code: 8, message, details: [] }]);
    }
    expect((await fetch(url + key)).status).toBe(404);
  });

  it('leaves nothing behind: an upload that breaks off', async () => {
    const head = `POST ${key} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"value":"MQ=="`;
    await raw(url, head, { hangUp: true });
    await sleep(50);
    expect((await ask(url, key)).status).toBe(404);
  });

  it('is refused: what is not HTTP', async () => {
    expect(await raw(url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect((await ask(url, '/v1/codecs')).status).toBe(200);
  });
});

describe.each(doors)('a caller, %s', (door) => {
  it('who goes away ends the call', async () => {
    let tell: (context: GuardContext) => void = () => {};
    const asked = new Promise<GuardContext>((resolve) => {
      tell = resolve;
    });
    const authenticate = (context: GuardContext) => {
      tell(context);
      return new Promise<never>(() => {});
    };
    await using opened = await openDoor(door, { service: { guard: { ...allowAll(), authenticate } } });
    const leaving = new AbortController();
    const call = fetch(opened.url + key, { signal: leaving.signal });
    const { signal } = await asked;
    expect(signal.aborted).toBe(false);
    leaving.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => signal.aborted).toBe(true);
  });

  it('who has no more time gets 504', async () => {
    const authenticate = () => new Promise<never>(() => {});
    await using opened = await openDoor(door, { service: { guard: { ...allowAll(), authenticate } } });
    const answer = await ask(opened.url, key, { headers: { 'grpc-timeout': '30m' } });
    expect(answer).toMatchObject({ status: 504, json: { code: 4 } });
  });

  it('who may not is told so, and how to do better only if a header can say it', async () => {
    let message = '';
    const authenticate = () => {
      throw new ConfigError('unauthenticated', message);
    };
    await using opened = await openDoor(door, { service: { guard: { ...allowAll(), authenticate } } });
    const cases = [
      ['missing token', 'missing token'],
      ['x\r\nset-cookie: a=b', 'Bearer'],
      ['größer', 'Bearer'],
      ['a'.repeat(300), 'Bearer'],
    ];
    for (const [said = '', challenge] of cases) {
      message = said;
      const answer = await ask(opened.url, key);
      expect(answer).toMatchObject({ status: 401, json: { code: 16, message: said, details: [] } });
      expect(answer.headers).toMatchObject({ 'www-authenticate': challenge });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });
});
