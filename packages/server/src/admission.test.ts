import { once } from 'node:events';
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { ConfigError } from '@cfg/core';
import {
  CheckAccessRequest,
  ConfigOperationsDefinition,
  ConfigServiceDefinition,
  SetRequest,
  WatchRequest,
} from '@cfg/proto';
import type { Guard } from '@cfg/service';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type RunningServer, startServer } from './server.js';

/*
 * Callers of the gRPC door are authenticated on their headers: who is refused need not send anything else, and what they
 * send is not kept.
 */

let asked = 0;
const guard: Guard = {
  async authenticate({ metadata }) {
    asked += 1;
    const name = metadata.get('authorization');
    if (name === undefined) throw new ConfigError('unauthenticated', 'missing token');
    return { userId: name, claims: {} };
  },
  authorize: () => ({ allowed: true }),
};

describe('the gRPC door', () => {
  let server: RunningServer;
  let session: ClientHttp2Session;

  beforeAll(async () => {
    server = await startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', metrics: '127.0.0.1:0', guard });
    session = http2.connect(`http://${server.grpcAddress}`);
  });

  afterAll(async () => {
    session.destroy();
    await server.close();
  });

  function open(path: string, authorization?: string): ClientHttp2Stream {
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request({ ...headers, ...(authorization && { authorization }) });
    onTestFinished(() => void stream.destroy());
    return stream.on('error', () => {});
  }

  function body(message: Uint8Array): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    return Buffer.concat([head, message]);
  }

  async function statusOf(stream: ClientHttp2Stream): Promise<unknown> {
    const [headers] = await once(stream.resume(), 'response');
    return headers['grpc-status'] ?? (await once(stream, 'trailers'))[0]['grpc-status'];
  }

  const underWay = async (): Promise<string[]> => {
    const text = await (await fetch(`http://${server.metricsAddress}/metrics`)).text();
    return text.split('\n').filter((line) => /^cfg_calls_under_way\{.*\} [^0]/.test(line));
  };

  const paths = [ConfigServiceDefinition, ConfigOperationsDefinition].flatMap((definition) =>
    Object.values(definition).map(({ path }) => path),
  );

  it.each(paths)('refuses a stranger on the headers: %s', async (path) => {
    expect(await statusOf(open(path))).toBe('16');
  });

  it('takes what a known caller sends later, and asks the guard once who it is', async () => {
    asked = 0;
    const set = open(ConfigServiceDefinition.set.path, 'ann');
    await vi.waitFor(() => expect(asked).toBe(1));
    const bytes = body(
      SetRequest.encode(SetRequest.fromPartial({ namespace: 'n', key: 'a', value: Buffer.from('1') })).finish(),
    );
    set.write(bytes.subarray(0, 8));
    set.end(bytes.subarray(8));
    expect(await statusOf(set)).toBe('0');
    const watch = open(ConfigServiceDefinition.watch.path, 'ann');
    await vi.waitFor(() => expect(asked).toBe(2));
    watch.end(body(WatchRequest.encode(WatchRequest.fromPartial({ startRevision: 0 })).finish()));
    await once(watch, 'data');
    expect(await underWay()).toEqual(['cfg_calls_under_way{method="ConfigService/Watch"} 1']);
    watch.close(http2.constants.NGHTTP2_CANCEL);
    await vi.waitFor(async () => expect(await underWay()).toEqual([]));
    expect(asked).toBe(2);
  });

  it('forgets a known caller who never sends anything', async () => {
    asked = 0;
    const check = open(ConfigServiceDefinition.checkAccess.path, 'ann');
    await vi.waitFor(async () => expect(await underWay()).toHaveLength(1));
    check.close(http2.constants.NGHTTP2_CANCEL);
    await vi.waitFor(async () => expect(await underWay()).toEqual([]));
    const again = open(ConfigServiceDefinition.checkAccess.path, 'ann');
    again.end(body(CheckAccessRequest.encode(CheckAccessRequest.fromPartial({ namespace: 'n' })).finish()));
    expect(await statusOf(again)).toBe('0');
  });
});
