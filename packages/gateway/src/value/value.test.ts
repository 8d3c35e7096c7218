import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doors, type OpenDoor, openDoor } from '../test/doors.js';
import { type Answer, ask } from '../test/http.js';

const key = (name: string): string => `/v1/namespaces/written/keys/${name}`;

describe.each(doors)('values as they are written, %s', (door) => {
  let opened: OpenDoor;
  let url: string;

  beforeAll(async () => {
    opened = await openDoor(door);
    url = opened.url;
  });

  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });

  const put = (name: string, body: string, type?: string, headers = {}): Promise<Answer> => {
    const typed = type === undefined ? {} : { 'content-type': type };
    return ask(url, key(name), { method: 'PUT', body, headers: { ...typed, ...headers } });
  };

  it.each([
    ['application/json', '{ "host": "db",\n "port": 5432 }', 'json', 'application/json'],
    ['application/vnd.api+json', '[1]', 'json', 'application/json'],
    ['application/yaml', 'host: db # yes\nport: 5432\n', 'yaml', 'application/yaml'],
    ['text/x-yaml; charset=UTF-8', 'a: 1\n', 'yaml', 'application/yaml'],
    ['application/toml', 'host = "db"\n', 'toml', 'application/toml'],
    ['text/plain', 'größer: [', 'text', 'text/plain; charset=utf-8'],
    ['application/octet-stream', '\0\u0001', 'raw', 'application/octet-stream'],
  ])('PUT of %s comes back as it was', async (type, body, codec, told) => {
    const name = `types/${codec}`;
    const written = await put(name, body, type);
    expect(written).toMatchObject({
      status: 200,
      json: { entry: { codec, value: Buffer.from(body).toString('base64') } },
    });
    const read = await ask(url, `${key(name)}?raw`);
    expect(read).toMatchObject({
      status: 200,
      text: body,
      headers: { 'content-type': told, 'cache-control': 'no-cache, no-store' },
    });
    expect(read.headers.etag).toBe(written.headers.etag);
    expect(read.headers['x-content-type-options']).toBe('nosniff');
    expect((await ask(url, `${key(name)}?raw=false`)).json).toMatchObject({ entry: { codec } });
    const head = await ask(url, `${key(name)}?raw`, { method: 'HEAD' });
    expect(head).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': String(Buffer.byteLength(body)) },
    });
  });

  it.each([
    ['a', '{"x": 1}', 'json'],
    ['a', '"text"', 'json'],
    ['a', 'x = 1\n', 'toml'],
    ['a', 'x: 1\ny: [2]\n', 'yaml'],
    ['a', 'hello', 'yaml'],
    ['app.toml', 'x = 1', 'toml'],
    ['app.yml', '{"x": 1}', 'yaml'],
    ['motd.txt', 'x = 1', 'text'],
  ])('of which nobody says what they are (%s: %j) are %s', async (name, body, codec) => {
    for (const type of [undefined, 'application/x-www-form-urlencoded']) {
      expect((await put(name, body, type)).json).toMatchObject({ entry: { codec } });
    }
  });

  it('of which nobody says what they are and that are no text are raw', async () => {
    const { hostname, port } = new URL(url);
    const status = await new Promise((resolve) => {
      const options = { hostname, port, path: key('bytes'), method: 'PUT' };
      httpRequest(options, (response) => resolve(response.resume().statusCode)).end(Buffer.from([0xff, 0xfe, 0]));
    });
    expect(status).toBe(200);
    expect((await ask(url, key('bytes'))).json).toMatchObject({ entry: { codec: 'raw', value: '//4A' } });
  });

  it('take what a Set takes from the query', async () => {
    const query = '?codec=client:sealed:json&ttl=60s&comment=why&write_mode=WRITE_MODE_CREATE';
    const written = await ask(url, key('all') + query, { method: 'PUT', body: 'x' });
    expect(written.json).toMatchObject({
      entry: { codec: 'client:sealed:json', comment: 'why', expiresAt: expect.any(String) },
    });
    expect(await ask(url, key('all') + query, { method: 'PUT', body: 'x' })).toMatchObject({ status: 409 });
    expect((await ask(url, `${key('all')}?raw`)).headers['content-type']).toBe('application/octet-stream');
    expect((await ask(url, `${key('all')}?ttl=soon`, { method: 'PUT', body: 'x' })).status).toBe(400);
  });

  it('go by POST too where the type or the query says that the body is the value', async () => {
    const yaml = { 'content-type': 'application/yaml' };
    const posted = await ask(url, key('posted'), { method: 'POST', body: 'a: 1', headers: yaml });
    expect(posted.json).toMatchObject({ entry: { codec: 'yaml' } });
    const json = { 'content-type': 'application/json' };
    const raw = await ask(url, `${key('posted')}?raw`, { method: 'POST', body: '{"value":"MQ=="}', headers: json });
    expect(raw.json).toMatchObject({
      entry: { codec: 'json', value: Buffer.from('{"value":"MQ=="}').toString('base64') },
    });
    const message = await ask(url, key('posted'), { method: 'POST', body: '{"value":"MQ=="}', headers: json });
    expect(message.json).toMatchObject({ entry: { codec: 'json', value: 'MQ==' } });
  });

  it('come for who accepts their type and no JSON', async () => {
    await put('accept', 'a: 1', 'application/yaml');
    const accepting = (accept: string): Promise<Answer> => ask(url, key('accept'), { headers: { accept } });
    for (const accept of ['application/yaml', 'text/yaml;q=0.9, application/toml']) {
      const answer = await accepting(accept);
      expect(answer).toMatchObject({ text: 'a: 1', headers: { 'content-type': 'application/yaml', vary: 'Accept' } });
    }
    for (const accept of ['*/*', 'application/json, text/plain, */*', 'application/yaml;q=0', 'text/plain', 'x']) {
      expect((await accepting(accept)).json).toMatchObject({ entry: { codec: 'yaml' } });
    }
  });

  it.each([
    ['image/png', 415],
    ['text/plain; charset=latin1', 415],
    ['application/yaml', 400],
  ])('are refused as %s with %i', async (type, status) => {
    expect(await put('refused', 'a: [', type)).toMatchObject({ status, json: { code: 3 } });
    expect((await ask(url, key('refused'))).status).toBe(404);
  });

  it('have a tag that changes with every version', async () => {
    const first = await put('tag', '1', 'application/json');
    const tag = first.headers.etag as string;
    expect(tag).toMatch(/^"1-\d+"$/);
    const read = await ask(url, key('tag'));
    expect(read.headers).toMatchObject({ etag: tag, 'cache-control': 'no-cache, no-store' });
    expect(new Date(read.headers['last-modified'] as string).getTime()).toBeGreaterThan(Date.now() - 60_000);
    for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const again = await ask(url, key('tag'), { headers: { 'if-none-match': known } });
      expect(again).toMatchObject({ status: 304, text: '', headers: { etag: tag } });
    }
    await opened.store.delete('written', 'tag');
    await put('tag', '1', 'application/json');
    expect(await ask(url, key('tag'), { headers: { 'if-none-match': tag } })).toMatchObject({ status: 200 });
  });

  const failed = (version: string) => ({
    status: 412,
    json: { details: [{ metadata: { current_version: version } }] },
  });

  it('are written only if they are what the writer knows', async () => {
    const first = (await put('cas', '1')).headers.etag as string;
    const second = await put('cas', '2', undefined, { 'if-match': first });
    expect(second).toMatchObject({ status: 200, json: { entry: { version: '2' } } });
    expect(await put('cas', '3', undefined, { 'if-match': first })).toMatchObject(failed('2'));
    expect(await put('cas', '3', undefined, { 'if-match': '"of another"' })).toMatchObject(failed('2'));
    const several = { 'if-match': `${first}, W/${second.headers.etag}` };
    expect(await put('cas', '3', undefined, several)).toMatchObject({ status: 200, json: { entry: { version: '3' } } });
    const posted = await ask(url, key('cas'), { method: 'POST', body: { value: 'NA==' }, headers: several });
    expect(posted).toMatchObject(failed('3'));
    expect((await ask(url, `${key('cas')}?raw`)).text).toBe('3');
  });

  it('are made only if there are none, and changed only if there are some', async () => {
    expect(await put('once', '1', undefined, { 'if-match': '*' })).toMatchObject(failed('0'));
    expect(await put('once', '1', undefined, { 'if-match': '"1-1"' })).toMatchObject({ status: 412 });
    expect((await put('once', '1', undefined, { 'if-none-match': '*' })).status).toBe(200);
    expect(await put('once', '2', undefined, { 'if-none-match': '*' })).toMatchObject(failed('1'));
    expect((await put('once', '2', undefined, { 'if-match': '*' })).status).toBe(200);
  });

  it('are deleted only if they are what the writer knows', async () => {
    const remove = (headers: Record<string, string>): Promise<Answer> =>
      ask(url, key('gone'), { method: 'DELETE', headers });
    const { etag = '' } = (await put('gone', '1')).headers;
    await put('gone', '2');
    expect(await remove({ 'if-match': etag })).toMatchObject(failed('2'));
    expect((await remove({ 'if-none-match': '*' })).status).toBe(400);
    expect((await remove({ 'if-match': '*' })).status).toBe(200);
    expect(await remove({ 'if-match': '*' })).toMatchObject(failed('0'));
  });

  it.each([
    [{ 'if-match': '"1-1"', 'if-none-match': '*' }, ''],
    [{ 'if-none-match': '"1-1"' }, ''],
    [{ 'if-match': '"1-1"' }, '?if_version=1'],
    [{ 'if-none-match': '*' }, '?write_mode=2'],
  ])('are not written under conditions that contradict each other: %j %s', async (headers, query) => {
    expect((await ask(url, key('torn') + query, { method: 'PUT', body: '1', headers })).status).toBe(400);
  });
});
