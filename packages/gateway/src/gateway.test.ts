import { type ConfigServiceDefinition, GetResponse } from '@cfg/proto';
import { allowAll } from '@cfg/service';
import { type Client, ClientError, Metadata, Status } from 'nice-grpc';
import { Any, DebugInfo, type ErrorDetails, Help, RetryInfo, RichClientError } from 'nice-grpc-error-details';
import { describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from './index.js';
import { openDoor, serveGateway } from './test/doors.js';
import { ask } from './test/http.js';
import { otherServer } from './test/other-server.js';

const key = '/v1/namespaces/a/keys/b';

describe('createGateway', () => {
  it('answers 503 while the server cannot be reached, and keeps where it is to itself', async () => {
    const logged: object[] = [];
    const warn = (fields: object) => void logged.push(fields);
    const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
    await using gateway = await serveGateway(createGateway('127.0.0.1:1', { insecure: true, logger }));
    const body = { code: 14, message: 'the configuration server cannot be reached', details: [] };
    expect(await ask(gateway.url, key)).toMatchObject({ status: 503, json: body });
    expect(await ask(gateway.url, '/v1/watch')).toMatchObject({ status: 503, json: body });
    expect(logged[0]).toMatchObject({ err: { details: expect.stringContaining('ECONNREFUSED') } });
  });

  it('speaks TLS unless told otherwise', async () => {
    await using plain = await otherServer(async function* () {});
    await using gateway = await serveGateway(createGateway(plain.address.replace('127.0.0.1', 'localhost')));
    expect(await ask(gateway.url, key)).toMatchObject({ status: 503, json: { code: 14 } });
  });

  it('tells an UNAVAILABLE of the server itself as it is', async () => {
    await using opened = await openDoor('remote');
    await opened.store.close();
    expect(await ask(opened.url, key)).toMatchObject({
      status: 503,
      json: { code: 14, message: expect.stringContaining('closed'), details: [{ reason: 'STORE_CLOSED' }] },
    });
  });

  it('carries a message of many megabytes', async () => {
    await using opened = await openDoor('remote', { service: { guard: allowAll() } });
    const bytes = Buffer.alloc(500_000, 0x31);
    for (let i = 0; i < 20; i++) await opened.store.set('large', `k${i}`, { bytes, codec: 'raw', type: 'custom' });
    const { status, json } = await ask(opened.url, '/v1/namespaces/large/snapshot');
    expect([status, (json as { entries: object[] }).entries.length]).toEqual([200, 20]);
  });

  it.each([
    ['address', '', {}],
    ['tls', 'a:1', { insecure: true, tls: {} }],
    ['tls', 'a:1', { tls: { cert: 'x' } }],
    ['heartbeatIntervalMs', 'a:1', { heartbeatIntervalMs: 0 }],
    ['retryMs', 'a:1', { retryMs: -1 }],
    ['maxBodyBytes', 'a:1', { maxBodyBytes: 1.5 }],
    ['maxBodyBytes', 'a:1', { maxBodyBytes: 65 * 1024 * 1024 }],
  ])('refuses a wrong %s by name', (name, address, options) => {
    expect(() => createGateway(address, options)).toThrow(name);
    expect(() => createGateway(address, options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});

describe('createGateway with clients', () => {
  type Get = Client<ConfigServiceDefinition>['get'];

  const gatewayOver = (get: Get, operations?: object): Gateway =>
    createGateway({ client: { get } as Client<ConfigServiceDefinition>, ...(operations as object) });

  it('calls them', async () => {
    const listAudit = async () => ({ records: [], nextCursor: 'next' });
    const operations = { operations: { listAudit } };
    await using gateway = await serveGateway(gatewayOver(async () => GetResponse.fromPartial({}), operations));
    expect((await ask(gateway.url, key)).json).toEqual({ entry: null });
    expect((await ask(gateway.url, '/v1/audit')).json).toEqual({ records: [], nextCursor: 'next' });
  });

  it('hands on what an error says, but for what is meant for developers', async () => {
    const extra: ErrorDetails[] = [
      DebugInfo.fromPartial({ detail: 'at line 7' }),
      RetryInfo.fromPartial({ retryDelay: { seconds: 2, nanos: 500_000_000 } }),
      Help.fromPartial({ links: [{ description: 'more', url: 'https://example.com' }] }),
      Any.fromPartial({ typeUrl: 'type.googleapis.com/own.Detail', value: Buffer.from([1, 2]) }),
    ];
    const get: Get = async (_, options) => {
      options?.onTrailer?.(Metadata({ 'retry-after': '3' }));
      throw new RichClientError('/Get', Status.RESOURCE_EXHAUSTED, 'too fast', extra);
    };
    await using gateway = await serveGateway(gatewayOver(get));
    const answer = await ask(gateway.url, key);
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '3' } });
    expect(answer.json).toEqual({
      code: 8,
      message: 'too fast',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s' },
        {
          '@type': 'type.googleapis.com/google.rpc.Help',
          links: [{ description: 'more', url: 'https://example.com' }],
        },
        { '@type': 'type.googleapis.com/own.Detail', value: 'AQI=' },
      ],
    });
  });

  it.each([
    [Status.CANCELLED, 499],
    [Status.UNKNOWN, 500],
    [Status.INVALID_ARGUMENT, 400],
    [Status.DEADLINE_EXCEEDED, 504],
    [Status.NOT_FOUND, 404],
    [Status.ALREADY_EXISTS, 409],
    [Status.PERMISSION_DENIED, 403],
    [Status.RESOURCE_EXHAUSTED, 429],
    [Status.FAILED_PRECONDITION, 400],
    [Status.ABORTED, 409],
    [Status.OUT_OF_RANGE, 400],
    [Status.UNIMPLEMENTED, 501],
    [Status.INTERNAL, 500],
    [Status.UNAVAILABLE, 503],
    [Status.DATA_LOSS, 500],
    [Status.UNAUTHENTICATED, 401],
  ])('answers code %i with status %i', async (code, status) => {
    const get: Get = async () => {
      throw new ClientError('/Get', code, 'why');
    };
    await using gateway = await serveGateway(gatewayOver(get));
    expect(await ask(gateway.url, key)).toMatchObject({ status, json: { code, message: 'why', details: [] } });
  });

  it('answers a fault of theirs with 500, and tells only the log', async () => {
    const get: Get = async () => {
      throw new TypeError('secret');
    };
    await using gateway = await serveGateway(gatewayOver(get));
    expect((await ask(gateway.url, key)).json).toEqual({ code: 13, message: 'internal error', details: [] });
  });

  it('waits for calls under way when it closes', async () => {
    let answer: (response: GetResponse) => void = () => {};
    const asked: Promise<void>[] = [];
    const get: Get = () => {
      asked.push(Promise.resolve());
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const made = gatewayOver(get);
    await using gateway = await serveGateway(made);
    const call = ask(gateway.url, key);
    await expect.poll(() => asked.length).toBe(1);
    let closed = false;
    const closing = made.close().then(() => {
      closed = true;
    });
    expect((await ask(gateway.url, key)).status).toBe(503);
    expect(closed).toBe(false);
    answer(GetResponse.fromPartial({}));
    expect((await call).status).toBe(200);
    await closing;
  });
});
