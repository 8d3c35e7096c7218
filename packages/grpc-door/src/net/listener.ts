import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type PeerCertificate, TLSSocket, type Server as TlsServer } from 'node:tls';
import type { LimitName } from '../http2/limits.js';
import type { ConnectionParts } from '../http2/session.js';
import type { Metrics } from '../metrics.js';
import type { DoorSettings } from '../options.js';
import type { TlsSetup } from './credentials.js';
import { HostCount } from './host-count.js';
import { SocketEdge } from './socket-edge.js';

const tickMs = 1_000;

/** Makes what a connection of `peer` needs; `certificate` is the client's, where TLS has found it good. */
export type PartsFor = (peer: string, certificate: PeerCertificate | undefined) => ConnectionParts;

/** A listening socket and its connections. */
export class Listener {
  #settings: DoorSettings;
  #metrics: Metrics;
  #partsFor: PartsFor;
  #server: Server;
  #edges = new Set<SocketEdge>();
  #hosts: HostCount;
  /** Sockets whose TLS handshake is not over, by their peer. */
  #handshaking = new Map<string, Socket>();
  #ticker: NodeJS.Timeout | undefined;
  #unwatch: () => void = () => {};
  #draining = false;
  #emptied = Promise.withResolvers<void>();

  constructor(settings: DoorSettings, metrics: Metrics, tls: TlsSetup | undefined, partsFor: PartsFor) {
    this.#settings = settings;
    this.#metrics = metrics;
    this.#partsFor = partsFor;
    this.#hosts = new HostCount(settings.maxConnectionsPerHost, settings.hostOf);
    this.#server =
      tls === undefined ? createServer({ noDelay: true }, (socket) => this.#accept(socket)) : this.#secured(tls);
    this.#server.prependListener('connection', (socket: Socket) => this.#count(socket));
    this.#server.maxConnections = settings.maxConnections;
    this.#server.on('drop', (data) => this.#limited('connections', `${data?.remoteAddress}:${data?.remotePort}`));
  }

  /** Returns the port; 0 for a path. Rejects with the error of `node:net`. */
  listen(options: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(options, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => {}); // such as too many open files: that connection is lost, the rest goes on
        // After what came in meanwhile: a process that was busy for long must not blame its clients for it.
        this.#ticker = setInterval(() => setImmediate(() => this.#tick()), tickMs).unref();
        const address = this.#server.address();
        resolve(typeof address === 'string' || address === null ? 0 : (address satisfies AddressInfo).port);
      });
    });
  }

  /** Accepts nobody any more, lets calls finish, and resolves when all have left. */
  drain(): Promise<void> {
    if (!this.#draining) {
      this.#draining = true;
      this.#server.close();
      for (const socket of this.#handshaking.values()) socket.destroy();
      for (const edge of [...this.#edges]) edge.drain();
      this.#checkEmpty();
    }
    return this.#emptied.promise;
  }

  /** Ends all connections at once. */
  cut(): void {
    void this.drain();
    for (const edge of [...this.#edges]) edge.destroy();
  }

  #secured(tls: TlsSetup): TlsServer {
    const { handshakeTimeoutMs } = this.#settings;
    const server = createTlsServer({
      ...tls.options,
      ALPNProtocols: ['h2'],
      noDelay: true,
      ...(handshakeTimeoutMs > 0 && { handshakeTimeout: handshakeTimeoutMs }),
    });
    this.#unwatch = tls.watch((context) => server.setSecureContext(context));
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      this.#handshaking.set(peer, socket);
      socket.once('close', () => this.#handshaking.delete(peer));
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      this.#handshaking.delete(peerOf(socket));
      // A client that did not ask for HTTP/2 would not speak it.
      if (socket.alpnProtocol === 'h2') this.#accept(socket);
      else socket.destroy();
    });
    server.on('tlsClientError', () => {}); // its socket is closed already
    return server;
  }

  /** Before anything is read of it, a TLS handshake included. */
  #count(socket: Socket): void {
    if (this.#hosts.add(socket)) return;
    this.#limited('connectionsPerHost', peerOf(socket));
    socket.destroy();
  }

  #accept(socket: Socket): void {
    if (socket.destroyed) return;
    this.#metrics.connectionOpened();
    const edge: SocketEdge = new SocketEdge(socket, this.#partsFor(peerOf(socket), certificateOf(socket)), () => {
      this.#metrics.connectionClosed();
      this.#edges.delete(edge);
      this.#checkEmpty();
    });
    this.#edges.add(edge);
    if (this.#draining) edge.drain();
  }

  #tick(): void {
    for (const edge of this.#edges) edge.tick();
  }

  #limited(limit: LimitName, peer: string): void {
    this.#metrics.limited(limit);
    this.#settings.onLimit?.({ limit, peer });
  }

  #checkEmpty(): void {
    if (!this.#draining || this.#edges.size > 0) return;
    clearInterval(this.#ticker);
    this.#unwatch();
    this.#emptied.resolve();
  }
}

function certificateOf(socket: Socket): PeerCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  return certificate.subject === undefined ? undefined : certificate;
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string =>
  remoteAddress === undefined ? 'unknown' : `${remoteAddress}:${remotePort}`;
