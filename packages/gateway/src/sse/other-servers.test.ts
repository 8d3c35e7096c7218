import { WatchResponse } from '@cfg/proto';
import { type CallContext, ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { createGateway } from '../index.js';
import { serveGateway } from '../test/doors.js';
import { ask } from '../test/http.js';
import { gone, otherServer, setOf } from '../test/other-server.js';
import { SseClient } from '../test/sse-client.js';

/** A gateway in front of the server, each of whose clients is a watch of it. */
const gatewayTo = (address: string) => serveGateway(createGateway(address, { insecure: true, eventBufferSize: 0 }));

const announce = (context: CallContext, features: string): void => {
  context.header.set('cfg-features', features);
  context.sendHeader();
};

describe('GET /v1/watch before a server without revisions', () => {
  it('begins though the server is silent, and sends it nothing that it does not know', async () => {
    await using server = await otherServer(async function* (_, context) {
      yield* [];
      await gone(context);
    });
    await using gateway = await gatewayTo(server.address);
    using client = await SseClient.open(gateway.url, '?namespaces=a');
    expect(client.response.statusCode).toBe(200);
    expect(await client.next()).toEqual({ retry: 5_000 });
    expect(server.requests).toMatchObject([
      { namespaces: ['a'], startRevision: undefined, logId: '', progress: false },
    ]);
  });

  it('counts the events, and cannot resume', async () => {
    await using server = await otherServer(async function* (_, context) {
      yield setOf('x');
      yield WatchResponse.fromPartial({ ...setOf('later'), type: 77 as never });
      yield setOf('y');
      await gone(context);
    });
    await using gateway = await gatewayTo(server.address);
    using first = await SseClient.open(gateway.url);
    expect(await first.event()).toMatchObject({ id: '1', data: { key: 'x', version: 1 } });
    expect((await first.event()).data).toEqual({
      type: 'SET',
      namespace: 'a',
      key: 'y',
      value: 'MQ==',
      codec: 'json',
      version: 1,
    });
    using second = await SseClient.open(gateway.url, '', { 'last-event-id': first.lastEventId });
    expect(await second.event()).toEqual({ event: 'reset', data: { reason: 'NO_REVISIONS' } });
    expect(await second.event()).toMatchObject({ data: { key: 'x' } });
    expect(Number(second.lastEventId)).toBeGreaterThan(Number(first.lastEventId));
  });

  it.each([
    [Status.UNAUTHENTICATED, 401],
    [Status.PERMISSION_DENIED, 403],
    [Status.INVALID_ARGUMENT, 400],
    [Status.UNIMPLEMENTED, 501],
  ])('answers an early error %i with %i', async (code, status) => {
    await using server = await otherServer(async function* () {
      yield* [];
      throw new ServerError(code, 'no');
    });
    await using gateway = await gatewayTo(server.address);
    expect(await ask(gateway.url, '/v1/watch')).toMatchObject({ status, json: { code, message: 'no', details: [] } });
  });

  it.each([
    [Status.PERMISSION_DENIED, 'not any more', 'not any more'],
    [Status.INTERNAL, 'secret of the house', 'internal error'],
    [Status.UNAVAILABLE, 'db-7.internal is down', 'internal error'],
  ])('tells a late error %i as far as it may', async (code, message, told) => {
    await using server = await otherServer(async function* () {
      yield setOf('x');
      throw new ServerError(code, message);
    });
    await using gateway = await gatewayTo(server.address);
    using client = await SseClient.open(gateway.url);
    await client.event();
    expect(await client.event()).toEqual({ event: 'error', data: { error: told } });
    await client.end();
  });

  it('ends the stream where the server ends it', async () => {
    await using server = await otherServer(async function* () {
      yield setOf('x');
    });
    await using gateway = await gatewayTo(server.address);
    using client = await SseClient.open(gateway.url);
    expect(await client.event()).toMatchObject({ data: { key: 'x' } });
    await client.end();
  });

  it('ends the watch of a client that goes away, also before it has begun', async () => {
    const watches: CallContext[] = [];
    await using server = await otherServer(async function* (_, context) {
      watches.push(context);
      announce(context, 'ttl');
      yield* [];
      await gone(context);
    });
    await using gateway = await gatewayTo(server.address);
    const client = await SseClient.open(gateway.url);
    client[Symbol.dispose]();
    const hasty = SseClient.open(gateway.url).catch(() => {});
    await expect.poll(() => watches.length).toBe(2);
    (await hasty)?.[Symbol.dispose]();
    await expect.poll(() => watches.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});

describe('GET /v1/watch before servers of both kinds', () => {
  it('says so if the one that answers cannot resume', async () => {
    let upgraded = true;
    await using server = await otherServer(async function* (request, context) {
      if (upgraded) {
        announce(context, 'revisions');
        yield WatchResponse.fromPartial({ type: 100, revision: 7, logId: 'log' });
        if (request.startRevision === undefined) yield WatchResponse.fromPartial({ ...setOf('x'), revision: 8 });
      } else {
        announce(context, '');
      }
      await gone(context);
    });
    await using gateway = await gatewayTo(server.address);
    // The first watch is plain, for nothing is known of the server yet; it tells.
    using first = await SseClient.open(gateway.url);
    using second = await SseClient.open(gateway.url);
    expect(await second.event()).toMatchObject({ id: '8-log' });
    expect(server.requests.map(({ progress }) => progress)).toEqual([false, true]);
    upgraded = false;
    using third = await SseClient.open(gateway.url, '', { 'last-event-id': '8-log' });
    expect(await third.event()).toEqual({ event: 'reset', data: { reason: 'NO_REVISIONS' } });
    expect(server.requests.at(-1)).toMatchObject({ startRevision: 8, logId: 'log' });
    expect(first.ended).toBe(false);
  });

  it('begins anew, and says so, where a watch loses its place on the way', async () => {
    await using server = await otherServer(async function* (request, context) {
      const again = server.requests.length > 2;
      announce(context, 'revisions');
      yield WatchResponse.fromPartial({ type: 100, revision: again ? 50 : 7, logId: 'log' });
      if (request.startRevision === undefined && !again) {
        throw new ServerError(Status.OUT_OF_RANGE, 'overrun');
      }
      yield WatchResponse.fromPartial({ ...setOf('x'), revision: 51 });
      await gone(context);
    });
    await using gateway = await gatewayTo(server.address);
    await ask(gateway.url, '/v1/watch', { method: 'HEAD' });
    using client = await SseClient.open(gateway.url);
    expect(await client.event()).toEqual({ event: 'reset', data: { reason: 'REVISION_COMPACTED' } });
    expect(await client.event()).toMatchObject({ id: '51-log', data: { key: 'x' } });
  });
});
