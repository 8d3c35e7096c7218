import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpRules } from '@cfg/proto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { generateApi } from 'swagger-typescript-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../index.js';
import { type OpenDoor, openDoor } from '../test/doors.js';
import { ask } from '../test/http.js';
import type { OpenApiDocument } from './types.js';

/** Routes that are called without anything. */
const others: readonly string[] = ['health', 'ready', 'metrics'];

let opened: OpenDoor;
let document: OpenApiDocument;

beforeAll(async () => {
  opened = await openDoor('in process', { gateway: { metrics: createMetrics() } });
  document = (await ask(opened.url, '/openapi.json')).json as OpenApiDocument;
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

describe('/openapi.json', () => {
  it('is an OpenAPI 3.1 document', async () => {
    expect(await new Validator().validate(structuredClone(document) as never)).toMatchObject({ valid: true });
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('has every route of the proto, with its comments', () => {
    for (const { path, verb, name } of httpRules()) {
      expect(document.paths[path]?.[verb.toLowerCase()]).toMatchObject({ operationId: name, summary: /./ });
    }
    const ids = Object.values(document.paths).flatMap((verbs) => Object.values(verbs).map((each) => each.operationId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.components.schemas).toMatchObject({
      GetResponse: { properties: { entry: { anyOf: [{ $ref: '#/components/schemas/Entry' }, { type: 'null' }] } } },
      Entry: { required: expect.arrayContaining(['version']), properties: { author: { description: /./ } } },
    });
  });

  it('says where it is mounted', async () => {
    await using other = await openDoor('in process', { mount: (app, gateway) => app.use('/config', gateway.handler) });
    const { json } = await ask(other.url, '/config/openapi.json');
    expect(json).toMatchObject({ servers: [{ url: '/config' }] });
    expect(document.servers).toEqual([{ url: '/' }]);
  });
});

describe('/docs', () => {
  it('is a page with all that it needs', async () => {
    const page = await ask(opened.url, '/docs');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part ?? '');
    expect(parts.length).toBe(3);
    for (const part of parts) {
      const answer = await ask(opened.url, `/${part}`);
      expect([part, answer.status, answer.headers['content-type']]).toEqual([
        part,
        200,
        expect.stringMatching(/css|javascript/),
      ]);
    }
    expect((await ask(opened.url, '/docs/package.json')).status).toBe(404);
  });

  it('can be left out', async () => {
    await using other = await openDoor('in process', { gateway: { docs: false } });
    expect((await ask(other.url, '/docs')).status).toBe(404);
    expect((await ask(other.url, '/openapi.json')).status).toBe(200);
  });
});

interface Result {
  readonly data: unknown;
  readonly error: unknown;
  readonly status: number;
  readonly body: ReadableStream<Uint8Array> | null;
}

type Method = (...args: unknown[]) => Promise<Result>;

describe('a client that is generated from the document', () => {
  let folder: string;
  let methods: Readonly<Record<string, Method>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cfg-openapi-'));
    const { files } = await generateApi({
      spec: structuredClone(document) as never,
      output: false,
      httpClientType: 'fetch',
      silent: true,
    });
    await writeFile(join(folder, 'client.ts'), files.map(({ fileContent }) => fileContent).join('\n'));
    const { Api } = (await import(join(folder, 'client.ts'))) as { Api: new (options: object) => object };
    const groups = Object.values(new Api({ baseUrl: opened.url })) as Readonly<Record<string, Method>>[];
    methods = Object.assign({}, ...groups.filter((group) => typeof group === 'object')) as typeof methods;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The method's answer, whatever its status: the client throws what is no success. */
  const call = (name: string, ...args: unknown[]): Promise<Result> => {
    const method = methods[name];
    if (method === undefined) throw new Error(`the client has no ${name}: ${Object.keys(methods)}`);
    return method(...args).catch((error: Result) => error);
  };

  it('calls every route', async () => {
    const called = new Set<string>();
    const done = async (name: string, ...args: unknown[]): Promise<unknown> => {
      called.add(name);
      const { data, error, status } = await call(name, ...args);
      expect({ name, status, error: error ?? null }).toEqual({ name, status: 200, error: null });
      return data;
    };
    const [namespace, key] = ['generated', 'app/db'];
    const value = Buffer.from('1').toString('base64');
    await done('set', namespace, key, { value, codec: 'json', comment: 'first' });
    await done('putValue', namespace, key, { port: 5432 }, {}, { headers: { 'If-Match': '*' } });
    const { entry } = (await done('get', namespace, key)) as { entry: object };
    expect(entry).toMatchObject({ key, version: '2', expiresAt: null });
    expect(await done('get', namespace, key, { raw: true })).toEqual({ port: 5432 });
    expect(await done('list', namespace, { prefix: 'app/', limit: 1 })).toMatchObject({ entries: [{}] });
    expect(await done('getVersions', namespace, key)).toMatchObject({ entries: [{}, {}] });
    expect(await done('diff', namespace, key, { v1: 1, v2: 0 })).toMatchObject({ changed: true });
    await done('snapshot', namespace);
    await done('checkAccess', namespace);
    await done('setAlias', 'a/b', { target: key });
    await done('getAlias', 'a/b');
    await done('listAliases');
    await done('deleteAlias', 'a/b');
    expect(await done('listCodecs')).toMatchObject({ codecs: expect.arrayContaining(['json']) });
    await done('listNamespaces', { prefix: 'gen' });
    await done('batch', namespace, { operations: [{ set: { key: 'x', value } }] });
    await done('restore', namespace, { key, version: '1' });
    await done('delete', namespace, key);
    for (const name of ['openApi', 'docs', ...others]) await done(name);
    for (const name of ['listAudit', 'search']) {
      called.add(name);
      expect([200, 501]).toContain((await call(name, { query: 'db' })).status);
    }
    for (const name of ['getCluster', 'claimNamespace', 'unclaimNamespace']) {
      called.add(name);
      expect((await call(name, namespace, {})).status).toBe(501); // the server is in no cluster
    }
    for (const name of ['evaluateFlag', 'evaluateFlags']) {
      called.add(name);
      const flag = name === 'evaluateFlag' ? ['none'] : [];
      expect((await call(name, namespace, ...flag, {})).status).toBe(flag.length > 0 ? 404 : 200);
    }
    called.add('watch');
    const leaving = new AbortController();
    const { body } = await call('watch', { namespaces: [namespace] }, { format: undefined, signal: leaving.signal });
    expect(new TextDecoder().decode((await body?.getReader().read())?.value)).toContain(': connected');
    leaving.abort();
    const all = Object.values(document.paths).flatMap((verbs) => Object.values(verbs).map((each) => each.operationId));
    expect([...called].sort()).toEqual([...new Set(all)].sort());
  });

  it('gets errors as the document says', async () => {
    const { error, status } = await call('get', 'generated', 'none');
    expect([status, error]).toMatchObject([404, { code: 5, details: [{ reason: 'NOT_FOUND' }] }]);
  });
});
