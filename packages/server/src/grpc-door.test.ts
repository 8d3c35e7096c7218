import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2, { type ClientHttp2Session } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, it, onTestFinished } from 'vitest';
import { grpcDoors } from './grpc-door.js';
import { type RunningServer, startServer } from './server.js';

const pem = (name: string): string => fileURLToPath(new URL(`test/tls/${name}.pem`, import.meta.url));
const tls = { tlsCert: pem('server'), tlsKey: pem('server.key') };

/** A server that would wait ten minutes for its clients: a test in which it does so fails. */
const patientServer = (options: object = {}): Promise<RunningServer> =>
  startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', graceMs: 600_000, ...options });

const portOf = (server: RunningServer): number => Number(server.grpcAddress.split(':')[1]);

/** A connection that neither says nor reads anything by itself. */
async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function openSession(server: RunningServer): Promise<ClientHttp2Session> {
  const session = http2.connect(`http://${server.grpcAddress}`).on('error', () => {});
  await once(session, 'remoteSettings');
  return session;
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise(setImmediate);
};

describe.each(grpcDoors)('the gRPC door (%s) closes, however patient the server is, though', (grpcDoor) => {
  const start = (options: object = {}): Promise<RunningServer> => patientServer({ grpcDoor, ...options });

  // How many turns it takes until the server is about to destroy a connection differs, so many are tried.
  it.each([
    ['break off', (session: ClientHttp2Session) => session.destroy(new Error('broken off'))],
    ['leave', (session: ClientHttp2Session) => session.close()],
    ['vanish', (session: ClientHttp2Session) => session.socket.destroy()],
  ])('clients %s at that moment', async (_, end) => {
    for (let count = 0; count < 8; count += 1) {
      const server = await start();
      for (const session of await Promise.all(Array.from({ length: 5 }, () => openSession(server)))) end(session);
      await turns(count);
      await server.close();
    }
  });

  it.each([
    ['', {}],
    [', with TLS', tls],
  ])('somebody is connected who says nothing%s', async (_, options) => {
    const server = await start(options);
    await open(portOf(server));
    await server.close();
  });

  it('somebody is connected who does not hang up', async () => {
    const server = await start();
    const socket = await open(portOf(server));
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await once(socket, 'readable'); // its settings, which stay unread as all that follows
    await server.close();
  });

  it('a TLS handshake ends only then', async () => {
    const server = await start(tls);
    await using line = await heldLine(portOf(server));
    const session = http2.connect(`https://localhost:${line.port}`, { ca: readFileSync(pem('ca')) });
    const gone = once(session, 'close');
    await line.held;
    const closed = server.close();
    line.release();
    await closed;
    await gone;
  });
});

/** Passes on what a server says, and of the client the first words; the others once they are released. */
async function heldLine(
  target: number,
): Promise<AsyncDisposable & { port: number; held: Promise<void>; release(): void }> {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const proxy = createServer(async (client) => {
    const upstream = connect(target, '127.0.0.1').on('error', () => {});
    upstream.on('close', () => client.destroy());
    client.on('error', () => {});
    upstream.pipe(client);
    client.once('data', async (hello) => {
      upstream.write(hello);
      client.pause();
      await once(upstream, 'data');
      held.resolve();
      await released.promise;
      client.pipe(upstream);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    held: held.promise,
    release: released.resolve,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
