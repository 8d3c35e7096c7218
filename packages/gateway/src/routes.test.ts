import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doors, type OpenDoor, openDoor } from './test/doors.js';
import { ask } from './test/http.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const value = (text: string) => ({ method: 'POST', body: { value: base64(text), codec: 'json' } });
const errorObject = (code: number) => ({ code, message: expect.any(String), details: [] });

describe.each(doors)('routes, %s', (door) => {
  let opened: OpenDoor;
  let url: string;

  beforeAll(async () => {
    opened = await openDoor(door);
    url = opened.url;
    for (const text of ['1', '2']) await ask(url, '/v1/namespaces/paths/keys/app/timeout', value(text));
    await ask(url, '/v1/namespaces/paths/keys/app%2Fversions', value('"the key app/versions"'));
    await ask(url, '/v1/namespaces/paths/keys/app%2Fdiff', value('"the key app/diff"'));
  });

  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });

  it.each([
    ['app/timeout', 'app/timeout'],
    ['app%2Ftimeout', 'app/timeout'],
    ['app%2ftimeout', 'app/timeout'],
    ['app/%74imeout', 'app/timeout'],
    ['app%2Fversions', 'app/versions'],
    ['app%2Fdiff', 'app/diff'],
    ['app/%76ersions', 'app/versions'],
  ])('reads the key in keys/%s', async (path, key) => {
    const { status, headers, json } = await ask(url, `/v1/namespaces/paths/keys/${path}`);
    expect({ status, json }).toMatchObject({ status: 200, json: { entry: { namespace: 'paths', key } } });
    expect(headers['content-type']).toBe('application/json');
  });

  it.each([
    ['http://elsewhere/v1/codecs?a=/x', 200],
    ['http://elsewhere?a=/v1/codecs', 404],
    ['http://elsewhere', 404],
    ['*', 404],
  ])('finds the path in the request target %s', async (target, status) => {
    expect((await ask(url, target)).status).toBe(status);
  });

  it('takes a last raw segment for the route of that name', async () => {
    const versions = await ask(url, '/v1/namespaces/paths/keys/app/timeout/versions?limit=1');
    expect(versions.json).toMatchObject({ entries: [{ key: 'app/timeout', version: '2' }], limit: 1 });
    const encoded = await ask(url, '/v1/namespaces/paths/keys/app%2Ftimeout/versions?version=1');
    expect(encoded.json).toMatchObject({ entries: [{ key: 'app/timeout', version: '1' }] });
    const ofVersions = await ask(url, '/v1/namespaces/paths/keys/app%2Fversions/versions');
    expect(ofVersions.json).toMatchObject({ entries: [{ key: 'app/versions', version: '1' }] });
  });

  it('compares versions of a key', async () => {
    const path = '/v1/namespaces/paths/keys/app/timeout/diff';
    expect((await ask(url, `${path}?v1=1&v2=2`)).json).toEqual({
      namespace: 'paths',
      key: 'app/timeout',
      v1: 1,
      v2: 2,
      v1_value: base64('1'),
      v1_codec: 'json',
      v2_value: base64('2'),
      v2_codec: 'json',
      changed: true,
    });
    expect((await ask(url, `${path}?v1=2&v2=0`)).json).toMatchObject({ v1: 2, v2: 0, changed: false });
    for (const query of [
      '',
      '?v1=1',
      '?v1=1&v2=',
      '?v1=1&v2=x',
      '?v1=-1&v2=1',
      '?v1=1&v2=1.5',
      '?v1=1&v2=99999999999999999999',
    ]) {
      expect(await ask(url, path + query)).toMatchObject({ status: 400, json: errorObject(3) });
    }
    expect(await ask(url, `${path}?v1=1&v2=9`)).toMatchObject({
      status: 404,
      json: { code: 5, details: [{ reason: 'VERSION_NOT_FOUND', domain: 'config.rbaliyan.com' }] },
    });
  });

  it('reads aliases with slashes', async () => {
    const alias = { alias: 'team/limit', target: 'app/timeout', version: '1', createdAt: expect.any(String) };
    const body = { target: 'app/timeout' };
    expect((await ask(url, '/v1/aliases/team/limit', { method: 'PUT', body })).json).toEqual({ alias });
    expect((await ask(url, '/v1/aliases/team%2Flimit')).json).toEqual({ alias });
    expect((await ask(url, '/v1/aliases/team/limit', { method: 'DELETE' })).json).toEqual({});
  });

  it('goes by the path where the body says otherwise', async () => {
    const body = { namespace: 'other', key: 'other', value: base64('3') };
    const { json } = await ask(url, '/v1/namespaces/paths/keys/by/path', { method: 'POST', body });
    expect(json).toMatchObject({ entry: { namespace: 'paths', key: 'by/path', codec: 'json', value: base64('3') } });
  });

  it('reads a body of any content type as JSON', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ask(url, '/v1/namespaces/paths/keys/typed', { ...value('4'), headers });
    expect(answer.status).toBe(200);
  });

  it('ignores unknown query parameters and a body where none belongs', async () => {
    const get = await ask(url, '/v1/namespaces/paths/keys/app/timeout?nonsense=1', { body: '{"key":' });
    expect(get).toMatchObject({ status: 200, json: { entry: { key: 'app/timeout' } } });
  });

  it.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/nope',
    '/v2/namespaces',
    '/v1/namespaces/',
    '/v1/namespaces/paths',
    '/v1/namespaces/paths/nope',
    '/v1/namespaces/paths/keys/',
    '/v1/namespaces/paths/keys/a/',
    '/v1/namespaces//keys/a',
    '/v1/aliases/',
    '/V1/namespaces',
    '//v1/namespaces',
  ])('answers %s with 404', async (path) => {
    expect(await ask(url, path)).toMatchObject({ status: 404, json: { ...errorObject(5), message: 'Not Found' } });
  });

  it.each([
    ['PUT', '/v1/namespaces/paths/keys/app/timeout', 'GET, HEAD, POST, PUT, DELETE'],
    ['PATCH', '/v1/namespaces/paths/keys/app/timeout', 'GET, HEAD, POST, PUT, DELETE'],
    ['OPTIONS', '/v1/namespaces/paths/keys/app/timeout', 'GET, HEAD, POST, PUT, DELETE'],
    ['POST', '/v1/namespaces/paths/keys/app/timeout/versions', 'GET, HEAD'],
    ['POST', '/v1/namespaces/paths/keys/app/timeout/diff?v1=1&v2=2', 'GET, HEAD'],
    ['DELETE', '/v1/namespaces', 'GET, HEAD'],
    ['POST', '/v1/watch', 'GET, HEAD'],
    ['GET', '/v1/namespaces/paths/batch', 'POST'],
    ['PATCH', '/v1/aliases/a', 'PUT, DELETE, GET, HEAD'],
  ])('answers %s %s with 405', async (method, path, allow) => {
    const answer = await ask(url, path, { method });
    expect(answer).toMatchObject({ status: 405, json: errorObject(12) });
    expect(answer.headers.allow?.split(', ').sort()).toEqual(allow.split(', ').sort());
  });

  it('answers HEAD as GET, without the body', async () => {
    const path = '/v1/namespaces/paths/keys/app/timeout';
    const [get, head] = [await ask(url, path), await ask(url, path, { method: 'HEAD' })];
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect((await ask(url, '/v1/namespaces/paths/keys/none', { method: 'HEAD' })).status).toBe(404);
  });

  it('takes a whole URL for its path', async () => {
    expect((await ask(url, `${url}/v1/codecs?x=/`)).json).toEqual({ codecs: expect.arrayContaining(['json']) });
    expect((await ask(url, 'http://nowhere')).status).toBe(404);
  });

  it('lists who wrote what', async () => {
    const answer = await ask(url, '/v1/audit?operation=set&limit=1');
    expect(answer).toMatchObject({ status: 200, json: { records: [{ operation: 'set', codec: 'json' }] } });
    expect(await ask(url, '/v1/audit?operation=get')).toMatchObject({ status: 400, json: { code: 3 } });
  });

  it('finds a text', async () => {
    await ask(url, '/v1/namespaces/finding/keys/app/Needle', { method: 'PUT', body: { on: true } });
    const answer = await ask(url, '/v1/search?query=needle&namespace_prefix=find&in=SEARCH_IN_KEYS&limit=1');
    const match = { entry: { namespace: 'finding', key: 'app/Needle' }, inKey: true, inValue: false };
    expect(answer).toMatchObject({ status: 200, json: { matches: [match], nextCursor: '' } });
    expect(await ask(url, '/v1/search?query=n')).toMatchObject({ status: 400, json: errorObject(3) });
    expect(await ask(url, '/v1/search?query=nn&in=LINES')).toMatchObject({ status: 400, json: errorObject(3) });
  });

  it('writes several keys at once, and brings them back', async () => {
    const set = (key: string, value: string) => ({ set: { key, value, codec: 'json' } });
    const batch = (body: object) => ask(url, '/v1/namespaces/batches/batch', { method: 'POST', body });
    const restore = (body: object) => ask(url, '/v1/namespaces/batches/restore', { method: 'POST', body });
    const first = await batch({ operations: [set('a', 'MQ=='), set('b/c', 'Mg==')], comment: 'first' });
    expect(first).toMatchObject({
      status: 200,
      json: { results: [{ entry: { key: 'a', comment: 'first' } }, { entry: { key: 'b/c' } }], dryRun: false },
    });
    const { firstRevision, lastRevision } = first.json as Record<string, string>;
    expect(Number(lastRevision)).toBe(Number(firstRevision) + 1);
    const refused = await batch({ operations: [set('a', 'Mw=='), { delete: { key: 'none' } }] });
    expect(refused).toMatchObject({
      status: 404,
      json: { code: 5, details: [{ reason: 'NOT_FOUND', metadata: { index: '1', key: 'none' } }] },
    });
    await batch({ operations: [set('a', 'Mw=='), { delete: { key: 'b/c', comment: 'gone' } }] });
    const at = await ask(url, `/v1/namespaces/batches/keys?at_revision=${lastRevision}`);
    expect((at.json as { entries: object[] }).entries).toMatchObject([{ value: 'MQ==' }, { value: 'Mg==' }]);
    expect(await restore({ revision: lastRevision, dry_run: true })).toMatchObject({
      status: 200,
      json: { results: [{ entry: { key: 'a', value: 'MQ==' } }, { entry: { key: 'b/c' } }], dryRun: true },
    });
    await restore({ key: 'a', version: 1 });
    expect(await ask(url, '/v1/namespaces/batches/keys/a')).toMatchObject({ json: { entry: { value: 'MQ==' } } });
    expect(await restore({})).toMatchObject({ status: 400, json: errorObject(3) });
  });

  it('speaks ETag of a snapshot', async () => {
    await ask(url, '/v1/namespaces/tags/keys/a', { method: 'POST', body: { value: 'MQ==' } });
    const path = '/v1/namespaces/tags/snapshot';
    const first = await ask(url, path);
    const { etag } = first.json as { etag: string };
    expect(first.headers.etag).toBe(`"${etag}"`);
    for (const known of [`"${etag}"`, `"x", W/"${etag}"`, '*']) {
      const again = await ask(url, path, { headers: { 'if-none-match': known } });
      expect(again).toMatchObject({ status: 304, text: '', headers: { etag: `"${etag}"` } });
    }
    expect((await ask(url, path, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    const named = await ask(url, `${path}?if_none_match=${etag}`, { headers: { 'if-none-match': '*' } });
    expect(named).toMatchObject({ status: 200, json: { notModified: true, entries: [] } });
    await ask(url, '/v1/namespaces/tags/keys/a', { method: 'POST', body: { value: 'Mg==' } });
    expect((await ask(url, path, { headers: { 'if-none-match': `"${etag}"` } })).status).toBe(200);
  });

  it('answers 503 once it is closed', async () => {
    await using other = await openDoor(door);
    await other.gateway.close();
    await other.gateway.close();
    expect(await ask(other.url, '/v1/codecs')).toMatchObject({ status: 503, json: errorObject(14) });
  });
});

describe('mounting', () => {
  it('works under a path', async () => {
    await using opened = await openDoor('in process', { mount: (app, gateway) => app.use('/config', gateway.handler) });
    expect((await ask(opened.url, '/config/v1/codecs')).status).toBe(200);
    expect((await ask(opened.url, '/config/v1/nope')).json).toEqual({ code: 5, message: 'Not Found', details: [] });
    expect((await ask(opened.url, '/v1/codecs')).json).toBeUndefined();
  });

  it('hands on what it does not have, if told so', async () => {
    await using opened = await openDoor('in process', {
      gateway: { fallthrough: true },
      mount: (app, gateway) =>
        app.use(gateway.handler).get('/about', (_request, response) => void response.send('app')),
    });
    expect((await ask(opened.url, '/about')).text).toBe('app');
    expect((await ask(opened.url, '/v1/codecs')).status).toBe(200);
    expect((await ask(opened.url, '/v1/codecs', { method: 'POST' })).status).toBe(405);
  });

  it('works behind a body parser', async () => {
    await using opened = await openDoor('in process', {
      mount: (app, gateway) => app.use(express.json(), gateway.handler),
    });
    const headers = { 'content-type': 'application/json' };
    const set = await ask(opened.url, '/v1/namespaces/a/keys/b', { ...value('1'), headers });
    expect(set).toMatchObject({ status: 200, json: { entry: { value: base64('1') } } });
  });

  it('tells the service of the caller, as express knows it', async () => {
    const seen: unknown[] = [];
    const guard = {
      authenticate: ({ metadata, peer }: { metadata: { get(name: string): unknown }; peer: string }) => {
        seen.push([metadata.get('x-forwarded-for'), metadata.get('x-real-ip'), peer.replace(/:\d+$/, '')]);
        return { userId: '', claims: {} };
      },
      authorize: () => ({ allowed: true }),
    };
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    for (const trust of [false, true]) {
      await using opened = await openDoor('in process', {
        service: { guard },
        mount: (app, gateway) => app.set('trust proxy', trust).use(gateway.handler),
      });
      await ask(opened.url, '/v1/codecs', { headers });
    }
    expect(seen).toEqual([
      ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
      ['203.0.113.7', '203.0.113.7', '203.0.113.7'],
    ]);
  });
});
