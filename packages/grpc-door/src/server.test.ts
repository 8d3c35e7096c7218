import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { createChannel, createClient, type createServer as createNiceServer, Status } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { describe, expect, it } from 'vitest';
import { ErrorCode, FrameType } from './http2/protocol.js';
import { createServer, type LimitReached } from './index.js';
import { NotesDefinition } from './test/definitions.js';
import { data, type Frame, hello, message, requestFields } from './test/frames.js';
import { echo } from './test/notes.js';
import { RawClient } from './test/raw-client.js';
import { Running, tls } from './test/running.js';

const note = (text: string): Buffer => Buffer.from(JSON.stringify({ text }));
const isData = ({ type }: Frame): boolean => type === FrameType.data;
const isEnd = ({ type, flags }: Frame): boolean => type === FrameType.headers && (flags & 1) === 1;

describe('a server', () => {
  it('takes the place of nice-grpc’s', async () => {
    const ours: ReturnType<typeof createNiceServer> = createServer({ 'grpc.max_receive_message_length': 100 });
    ours.add(NotesDefinition, echo);
    await using running = await Running.of(ours);
    expect(await running.client.one({ text: 'a' })).toEqual({ text: 'a' });
    const tooLarge = running.client.one({ text: 'a'.repeat(100) });
    await expect(tooLarge).rejects.toMatchObject({
      code: Status.RESOURCE_EXHAUSTED,
      details: 'Received message larger than max (111 vs. 100)',
    });
  });

  it('speaks TLS, with and without client certificates', async () => {
    for (const mutual of [false, true]) {
      const server = createServer();
      server.add(NotesDefinition, echo);
      const { server: credentials, client } = tls(mutual);
      const port = await server.listen('127.0.0.1:0', credentials);
      const channel = createChannel(`localhost:${port}`, client);
      expect(await createClient(NotesDefinition, channel).one({ text: 'secret' })).toEqual({ text: 'secret' });
      channel.close();
      if (mutual) {
        const stranger = createChannel(`localhost:${port}`, tls(false).client);
        await expect(createClient(NotesDefinition, stranger).one({ text: '' })).rejects.toMatchObject({
          code: Status.UNAVAILABLE,
        });
        stranger.close();
      }
      await server.shutdown();
    }
  });

  it('takes options of node:tls, and speaks with nobody who does not ask for HTTP/2', async () => {
    const pem = (name: string): Buffer => readFileSync(new URL(`../src/test/tls/${name}`, import.meta.url));
    const server = createServer();
    server.add(NotesDefinition, echo);
    const port = await server.listen('127.0.0.1:0', { cert: pem('server.pem'), key: pem('server.key.pem') });
    for (const ALPNProtocols of [undefined, ['http/1.1']]) {
      const socket = connectTls({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ...(ALPNProtocols && { ALPNProtocols }),
      });
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('close', resolve));
    }
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe('h2');
    server.forceShutdown();
    socket.destroy();
  });

  it('listens on a path', async () => {
    const server = createServer();
    server.add(NotesDefinition, echo);
    const path = join(tmpdir(), `grpc-door-${process.pid}.sock`);
    expect(await server.listen(`unix:${path}`)).toBe(0);
    using client = await RawClient.connect(path);
    client.send(client.headers.frame(1, requestFields('/test.Notes/One')), data(1, message(note('a'))));
    await client.next(isEnd);
    await server.shutdown();
  });

  it.each(['localhost', '1.2.3.4:99999', '::1:80', ''])('refuses the address %j', async (address) => {
    await expect(createServer().listen(address)).rejects.toThrow(/not an address/);
  });

  it('carries health checks and reflection', async () => {
    const [serving, notServing] = [1, 2];
    const state = HealthState();
    const server = createServer();
    server.add(HealthDefinition, HealthServiceImpl(state));
    server.add(ServerReflectionService, ServerReflection(new Uint8Array(), [HealthDefinition.fullName]));
    const port = await server.listen('127.0.0.1:0');
    const channel = createChannel(`127.0.0.1:${port}`);
    const health = createClient(HealthDefinition, channel);
    const seen: number[] = [];
    expect((await health.check({ service: '' })).status).toBe(serving);
    for await (const { status } of health.watch({ service: '' })) {
      seen.push(status);
      if (seen.length === 2) break;
      state.setStatus('unhealthy');
    }
    expect(seen).toEqual([serving, notServing]);
    channel.close();
    await server.shutdown();
  });

  it('loses the connection and not the process where it throws', async () => {
    // The only code of others that is called while frames are read, and not within a call's handler.
    const server = createServer({
      onLimit: () => {
        throw new Error('told a fault on purpose');
      },
    });
    server.add(NotesDefinition, echo);
    const port = await server.listen('127.0.0.1:0');
    using client = await RawClient.connect(port);
    client.send(client.headers.frame(1, requestFields('/test.Notes/One', 'x-large', 'y'.repeat(16_300)), true));
    const goaway = await client.next(({ type }) => type === FrameType.goaway);
    expect(goaway.payload.readUInt32BE(4)).toBe(ErrorCode.internalError);
    await client.closed();
    using another = await RawClient.connect(port);
    await another.next(({ type }) => type === FrameType.settings);
    server.forceShutdown();
  });

  it('lets handlers answer at once, with ready bytes, in a lazy context', async () => {
    const bytes = note('ready');
    const server = createServer();
    const { one } = NotesDefinition;
    server.add(
      { one: { ...one, responseSerialize: (answer: unknown) => answer as Uint8Array } },
      {
        one: ((_note: unknown, context: { header: { set(name: string, value: string): unknown } }) => {
          context.header.set('x-now', 'yes');
          return bytes;
        }) as never,
      },
      { lazyContext: true },
    );
    await using running = await Running.of(server);
    const headers: unknown[] = [];
    const answer = await running.client.one(
      { text: '' },
      { onHeader: (header) => void headers.push(header.get('x-now')) },
    );
    expect([answer, headers]).toEqual([{ text: 'ready' }, ['yes']]);
  });

  it('asks a stream what it has at hand, and sends that together', async () => {
    let left = 1_000;
    const answers = {
      next: async () => ({ done: left === 0, value: { text: 'a', count: left-- } }),
      take: () => (left > 1 ? { text: 'a', count: left-- } : undefined),
      [Symbol.asyncIterator]: () => answers,
    };
    await using running = await Running.start({ many: () => answers as never });
    using client = await RawClient.connect(running.port);
    client.send(client.headers.frame(1, requestFields('/test.Notes/Many')), data(1, message(note(''))));
    const frames: Frame[] = [];
    await client.next((one) => {
      if (isData(one)) frames.push(one);
      return isEnd(one);
    });
    const bytes = frames.reduce((sum, { payload }) => sum + payload.length, 0);
    expect(bytes).toBeGreaterThan(25_000);
    expect(frames.length).toBeLessThan(bytes / 16_384 + 4);
  });
});

describe('limits', () => {
  it('are counted and told, with whose connection it was', async () => {
    const reached: LimitReached[] = [];
    await using running = await Running.start(
      {},
      { maxConcurrentStreams: 1, resets: { burst: 1, perSecond: 0 }, onLimit: (each) => void reached.push(each) },
    );
    using client = await RawClient.connect(running.port);
    const peer = `127.0.0.1:${client.socket.localPort}`;
    const fields = requestFields('/test.Notes/One');
    client.send(client.headers.frame(1, fields), client.headers.frame(3, fields), client.headers.frame(5, fields));
    await client.closed();
    expect(reached.map(({ limit }) => limit)).toEqual(['concurrentStreams', 'concurrentStreams', 'resets']);
    expect(reached[0]?.peer).toBe(peer);
    expect(running.server.metrics()).toMatchObject({
      connectionsFailed: 1,
      callsBegun: 1,
      calls: 0,
      limits: { concurrentStreams: 2, resets: 1 },
    });
  });

  it('close connections beyond so many', async () => {
    await using running = await Running.start({}, { maxConnections: 1 });
    using first = await RawClient.connect(running.port);
    await first.next(({ type }) => type === FrameType.settings);
    using second = await RawClient.connect(running.port);
    await second.closed();
    expect(running.server.metrics().limits).toEqual({ connections: 1 });
    expect(running.server.metrics().connections).toBe(1);
  });

  it('refuse an answer that is too large', async () => {
    await using running = await Running.start({}, { maxSendMessageBytes: 10 });
    await expect(running.client.one({ text: 'too long' })).rejects.toMatchObject({ code: Status.RESOURCE_EXHAUSTED });
    expect(running.server.metrics().limits).toEqual({ sentMessage: 1 });
  });

  it('stop reading from a client that reads nothing, and go on when it does', async () => {
    await using running = await Running.start();
    using client = await RawClient.connect(running.port);
    client.polite = false;
    client.socket.pause();
    const calls = 20_000;
    const fields = requestFields('/test.Notes/None', 'x-long', 'y'.repeat(100));
    let answered = 0;
    for (let i = 0; i < calls; i += 1) client.send(client.headers.frame(2 * i + 1, fields, true));
    await sleep(100);
    client.socket.resume();
    await client.next((one) => {
      if (isEnd(one)) answered += 1;
      return answered === calls;
    });
    expect(running.server.metrics().limits).toEqual({});
  });

  it.each([
    [{ maxReceiveMessageBytes: -1 }, /maxReceiveMessageBytes/],
    [{ streamWindowBytes: 100 }, /streamWindowBytes/],
    [{ maxConnections: 1.5 }, /maxConnections/],
    [{ resets: { burst: 0, perSecond: 1 } }, /resets/],
    [{ compression: 'always' as 'never' }, /compression/],
  ])('are checked: %j', (options, message) => {
    expect(() => createServer(options)).toThrow(message);
  });
});

describe('shutting down', () => {
  it('closes clients that idle, and those that have said nothing yet', async () => {
    await using running = await Running.start();
    using idle = await RawClient.connect(running.port);
    using silent = await RawClient.connect(running.port, Buffer.alloc(0));
    await Promise.all([idle, silent].map((client) => client.next(({ type }) => type === FrameType.settings)));
    await running.server.shutdown();
    await Promise.all([idle.closed(), silent.closed()]);
    await running.server.shutdown();
    expect(running.server.metrics().connections).toBe(0);
  });

  it('goes well twice, by force, and without having listened', async () => {
    const server = createServer();
    await server.shutdown();
    server.forceShutdown();
    await using running = await Running.start();
    using client = await RawClient.connect(running.port, hello);
    running.server.forceShutdown();
    running.server.forceShutdown();
    await client.closed();
    await running.server.shutdown();
  });
});
