import { readFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { ConfigServiceDefinition } from '@cfg/proto';
import { ServerCredentials } from '@grpc/grpc-js';
import { createChannel, createClient, ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { harness, until } from './test/harness.js';
import type { TestServerOptions } from './test/server.js';

const { server, store, connected } = harness();

/** Every call waits until its client goes away. */
const hang: TestServerOptions['middleware'] = async function* (call, context) {
  if (call.method.path.endsWith('/ListCodecs')) return yield* call.next(call.request, context);
  await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
  throw new ServerError(Status.CANCELLED, 'gone');
};

const fails = (status: Status, message: string): TestServerOptions['middleware'] =>
  async function* () {
    yield* [];
    throw new ServerError(status, message);
  };

describe('connecting', () => {
  it('tells the states, to a callback that may throw', async () => {
    const states: string[] = [];
    const remote = store((await server()).address, {
      onStateChange: (state) => {
        states.push(state.status);
        throw new Error('not my fault');
      },
    });
    expect(remote.state).toEqual({ status: 'disconnected' });
    await Promise.all([remote.connect(), remote.connect()]);
    await remote.connect();
    expect(remote.state).toEqual({ status: 'connected' });
    expect(remote.features).toContain('cas');
    await remote.close();
    await remote.close();
    expect(states).toEqual(['connecting', 'connected', 'closed']);
  });

  it('fails in time, naming the address, and may then be tried again', async () => {
    const first = await server();
    const remote = store(first.address, { connectTimeoutMs: 300 });
    first.kill();
    const error = await expectCode(remote.connect(), 'unavailable');
    expect(error.message).toContain(first.address);
    expect(error.message).toContain('ECONNREFUSED');
    expect(remote.state).toMatchObject({ status: 'disconnected', error });
    await expectCode(remote.get('ns', 'a'), 'not_connected');
    await server({ port: first.port });
    await remote.connect();
    expect(remote.state.status).toBe('connected');
  });

  it('waits for a server that is about to start', async () => {
    const first = await server();
    first.kill();
    const connecting = store(first.address).connect();
    await server({ port: first.port });
    await connecting;
  });

  it('gives up on a server that takes the connection and says nothing', async () => {
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    await expectCode(store(`127.0.0.1:${port}`, { connectTimeoutMs: 200 }).connect(), 'unavailable');
    silent.close();
  });

  it('ends with its signal, and with close()', async () => {
    const dead = await server();
    dead.kill();
    const reason = new Error('enough');
    const controller = new AbortController();
    const remote = store(dead.address);
    const connecting = remote.connect({ signal: controller.signal });
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    expect(remote.state).toEqual({ status: 'disconnected' });
    await expect(remote.connect({ signal: controller.signal })).rejects.toBe(reason);
    const again = remote.connect();
    await remote.close();
    await expectCode(again, 'closed');
    await expectCode(remote.connect(), 'closed');
  });

  it('fails if the server refuses the credentials, not if it only refuses the question', async () => {
    const strict = await server({ middleware: fails(Status.UNAUTHENTICATED, 'missing token') });
    expect((await expectCode(store(strict.address).connect(), 'unauthenticated')).message).toBe('missing token');
    const narrow = await connected(await server({ middleware: fails(Status.PERMISSION_DENIED, 'not yours') }));
    expect(narrow.features).toContain('revisions');
    expect(await narrow.health()).toEqual({ ok: true });
  });

  it('is needed before any call', async () => {
    const remote = store('127.0.0.1:1');
    await expectCode(remote.get('ns', 'a'), 'not_connected');
    await expectCode(remote.set('ns', 'a', json(1)), 'not_connected');
    await expectCode(remote.revision('ns'), 'not_connected');
    await expectCode(remote.access('ns'), 'not_connected');
    expect(await remote.health()).toMatchObject({ ok: false, message: expect.stringContaining('connect()') });
    const stream = remote.watch();
    await expectCode(stream.ready, 'not_connected');
    await expectCode(stream.next(), 'not_connected');
  });
});

describe('a connection', () => {
  it('that is closed ends the calls in flight', async () => {
    const remote = await connected(await server({ middleware: hang }));
    const calls = [remote.get('ns', 'a'), remote.set('ns', 'a', json(1)), remote.find('ns', { keys: ['a', 'b'] })];
    await remote.close();
    await Promise.all(calls.map((call) => expectCode(call, 'closed')));
  });

  it('carries a call until its signal fires', async () => {
    const remote = await connected(await server({ middleware: hang }));
    const reason = new Error('too slow');
    const controller = new AbortController();
    const call = remote.get('ns', 'a', { signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it('that was lost comes back by itself, and tells so', async () => {
    const first = await server();
    const states: string[] = [];
    const remote = await connected(first, {
      retry: { initialBackoffMs: 10 },
      onStateChange: ({ status }) => states.push(status),
    });
    first.kill();
    await until(() => remote.state.status === 'disconnected');
    expect((await remote.health()).ok).toBe(false);
    await server({ port: first.port, store: first.store });
    await until(() => remote.state.status === 'connected');
    await remote.set('ns', 'a', json(1));
    expect(states.slice(0, 2)).toEqual(['connecting', 'connected']);
    expect(states).toContain('disconnected');
  });

  it('carries values over the limit that gRPC has by default', async () => {
    const remote = await connected(await server());
    const bytes = Buffer.alloc(6 << 20, 7);
    await remote.set('ns', 'large', { bytes, codec: 'raw', type: 'custom' });
    expect(Buffer.compare((await remote.get('ns', 'large')).bytes, bytes)).toBe(0);
  });

  it('does not keep the network chunk of a value', async () => {
    const remote = await connected(await server());
    await remote.set('ns', 'a', json('small'));
    const { bytes } = await remote.get('ns', 'a');
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });
});

describe('TLS', () => {
  const file = (name: string): Buffer => readFileSync(new URL(`./test/fixtures/${name}`, import.meta.url));
  const cert = file('tls-cert.pem');
  const key = file('tls-key.pem');

  it('is used unless told otherwise, and trusts whom it is told to', async () => {
    const tls = ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }]);
    const secure = await server({ tls });
    const address = `localhost:${secure.port}`;
    const trusting = store(address, { tls: { ca: cert } });
    await trusting.connect();
    await trusting.set('ns', 'a', json(1));
    const error = await expectCode(store(address, { tls: {}, connectTimeoutMs: 300 }).connect(), 'unavailable');
    expect(error.message).toMatch(/self.signed certificate/);
    await expectCode(store(address, { connectTimeoutMs: 300 }).connect(), 'unavailable');
  });

  it('shows a client certificate to a server that asks for one', async () => {
    const tls = ServerCredentials.createSsl(cert, [{ cert_chain: cert, private_key: key }], true);
    const address = `localhost:${(await server({ tls })).port}`;
    await store(address, { tls: { ca: cert, cert, key } }).connect();
    await expectCode(store(address, { tls: { ca: cert }, connectTimeoutMs: 300 }).connect(), 'unavailable');
  });

  it('a certificate that is none is an error that names the option', async () => {
    await expect(store('localhost:1', { tls: { ca: 'no', cert: 'no', key: 'no' } }).connect()).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('tls'),
    });
  });
});

describe('a ready-made client', () => {
  it('gets the same features, errors and end', async () => {
    const { address, store: behind, calls } = await server();
    const channel = createChannel(address);
    const remote = store({ client: createClient(ConfigServiceDefinition, channel) });
    await remote.connect();
    await remote.set('ns', 'a', json(1), { ifVersion: 0 });
    expect((await behind.get('ns', 'a')).version).toBe(1);
    await expectCode(remote.get('ns', 'none'), 'not_found');
    const stream = remote.watch();
    await stream.ready;
    await remote.close();
    await expectCode(stream.next(), 'closed');
    await expectCode(remote.get('ns', 'a'), 'closed');
    expect(calls).toContain('Watch');
    channel.close();
  });
});
