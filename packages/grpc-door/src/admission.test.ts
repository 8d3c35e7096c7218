import { once } from 'node:events';
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type CallContext, ServerError, Status } from 'nice-grpc';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createServer, type DoorOptions } from './index.js';
import { NotesDefinition } from './test/definitions.js';
import { echo } from './test/notes.js';
import { Running } from './test/running.js';

/** The outcomes of admissions, in order: `+path` let in, `-path` refused, `abandoned`, `called`. */
interface Watched {
  readonly running: Running;
  readonly notes: string[];
  readonly open: ClientHttp2Session;
}

async function start(decide: (context: CallContext) => unknown, options: DoorOptions = {}): Promise<Watched> {
  const notes: string[] = [];
  const server = createServer(options);
  const contexts = new Set<CallContext>();
  const implementation = {
    ...echo,
    async one(note: { text: string }, context: CallContext) {
      notes.push(contexts.has(context) ? 'called' : 'called anew');
      return note;
    },
  };
  server.add(NotesDefinition, implementation, {
    lazyContext: true,
    async admit(path, context) {
      const name = path.split('/').at(-1);
      try {
        await decide(context);
      } catch (error) {
        notes.push(`-${name}`);
        throw error;
      }
      notes.push(`+${name}`);
      contexts.add(context);
      return { abandon: (cause) => void notes.push(`abandoned: ${(cause as Error).message}`) };
    },
  });
  const running = await Running.of(server);
  const open = http2.connect(`http://127.0.0.1:${running.port}`).on('error', () => {});
  onTestFinished(async () => {
    open.destroy();
    await running[Symbol.asyncDispose]();
  });
  await once(open, 'remoteSettings');
  return { running, notes, open };
}

const refusing = (): never => {
  throw new ServerError(Status.UNAUTHENTICATED, 'who are you?');
};

const begin = (open: ClientHttp2Session, headers: object = {}): ClientHttp2Stream =>
  open
    .request({
      ':method': 'POST',
      ':path': NotesDefinition.one.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    .on('error', () => {});

/** Resolves when the server has read what was sent. */
const answered = (open: ClientHttp2Session): Promise<void> =>
  new Promise((resolve, reject) => open.ping((error) => (error ? reject(error) : resolve())));

/** A gRPC message as it travels. */
function message(payload: Uint8Array, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head[0] = Number(compressed);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

async function statusOf(stream: ClientHttp2Stream): Promise<unknown> {
  const [headers] = await once(stream.resume(), 'response');
  if (headers['grpc-status'] !== undefined) return headers['grpc-status'];
  const [trailers] = await once(stream, 'trailers');
  return trailers['grpc-status'];
}

describe('a call is let in', () => {
  it('not at all where its request comes at once', async () => {
    const { running, notes } = await start(() => {});
    await running.client.one({ text: 'short' });
    // Node's client may write headers and body apart; then it is let in on the headers.
    expect(['called anew', 'called']).toContain(notes.at(-1));
  });

  it('on its headers, and refused without its body', async () => {
    const { open, notes } = await start(refusing);
    expect(await statusOf(begin(open))).toBe('16');
    expect(notes).toEqual(['-One']);
  });

  it('before the rest of a large request is read, and then called with the same context', async () => {
    const { open, notes } = await start(() => {});
    const stream = begin(open);
    const body = message(Buffer.from('{"text":"hi"}'));
    stream.write(body.subarray(0, 6));
    await vi.waitFor(() => expect(notes).toEqual(['+One']));
    const status = statusOf(stream);
    stream.end(body.subarray(6));
    expect(await status).toBe('0');
    expect(notes).toEqual(['+One', 'called']);
  });

  it('before anything is decompressed', async () => {
    const { open, notes, running } = await start(refusing);
    const stream = begin(open, { 'grpc-encoding': 'gzip' });
    const status = statusOf(stream);
    stream.end(message(gzipSync(Buffer.alloc(3_000_000)), true));
    expect(await status).toBe('16');
    expect(notes).toEqual(['-One']);
    expect(running.server.metrics().limits).toEqual({});
  });

  it('and abandoned if its caller leaves, or is too slow', async () => {
    const { open, notes } = await start(() => {}, { requestTimeoutMs: 1_000 });
    const left = begin(open);
    await vi.waitFor(() => expect(notes).toEqual(['+One']));
    left.close(http2.constants.NGHTTP2_CANCEL);
    await vi.waitFor(() => expect(notes).toEqual(['+One', expect.stringContaining('abandoned: ')]));
    const slow = begin(open);
    await new Promise((resolve) => slow.resume().once('close', resolve));
    expect(notes).toHaveLength(4);
    expect(notes[3]).toContain('abandoned: ');
  });

  it('and abandoned if its caller left while that was decided', async () => {
    const deciding = Promise.withResolvers<void>();
    const { open, notes } = await start(() => deciding.promise);
    const stream = begin(open);
    await answered(open);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await once(stream, 'close');
    await answered(open);
    deciding.resolve();
    await vi.waitFor(() => expect(notes).toEqual(['+One', expect.stringContaining('abandoned: ')]));
  });
});

describe('connections', () => {
  it('of one host are bounded, and counted', async () => {
    const { running } = await start(() => {}, { maxConnectionsPerHost: 3, hostOf: () => 'all' });
    const sockets = Array.from({ length: 5 }, () => connect(running.port, '127.0.0.1').on('error', () => {}));
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
    await vi.waitFor(() => expect(running.server.metrics().limits.connectionsPerHost).toBe(3));
    expect(running.server.metrics().connections).toBe(3);
  });

  it('share what they hold of requests, each no more than its part', async () => {
    const limits = { maxReceiveMessageBytes: 100_000, maxBufferedRequestBytesPerConnection: 150_000 };
    const { open, running } = await start(() => {}, limits);
    const part = message(Buffer.alloc(90_000)).subarray(0, 80_000);
    const first = begin(open);
    first.write(part);
    const second = begin(open);
    const status = statusOf(second);
    second.write(part);
    expect(await status).toBe('8');
    const other = http2.connect(`http://127.0.0.1:${running.port}`).on('error', () => {});
    onTestFinished(() => other.destroy());
    const third = begin(other);
    const ended = statusOf(third);
    third.end(message(Buffer.from('{"text":"hi"}')));
    expect(await ended).toBe('0');
  });
});
