import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '@cfg/core';
import type { Dashboard } from '@cfg/dashboard';
import type { Gateway } from '@cfg/gateway';
import { HostCount } from '@cfg/grpc-door';
import { hostNames } from '@cfg/service';
import express from 'express';
import type { Address } from './address.js';
import { Connections } from './connections.js';
import { cannotOpen, type Door } from './door.js';
import { inOrder } from './in-order.js';
import { limitLog } from './limit-log.js';
import type { LiveTls } from './live-tls.js';
import { answerUnreadableRequests } from './unreadable-request.js';

/** While the door drains: how often connections that have become idle are closed. */
const sweepIntervalMs = 50;

/** How long callers may take, in milliseconds: for a TLS handshake, for the headers, and for a whole request. */
const slowPeers = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 90_000,
  connectionsCheckingInterval: 2_000,
};

/** The settings of the server that the door uses. */
export interface HttpSettings {
  readonly http: Address;
  readonly trustedProxies: readonly string[];
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
  readonly logger: Logger;
  readonly keepAliveMs: number;
}

/** Opens the HTTP door: REST, server-sent events, and the dashboard. */
export async function openHttpDoor(
  gateway: Gateway,
  dashboard: Dashboard | undefined,
  { http: address, trustedProxies, maxConnections, maxConnectionsPerHost, keepAliveMs, logger }: HttpSettings,
  tls: LiveTls | undefined,
): Promise<Door> {
  const server: Server = tls
    ? createSecureServer({
        ...slowPeers,
        ...tls.context,
        requestCert: tls.clientCa !== undefined,
      })
    : createServer(slowPeers);
  if ('setSecureContext' in server) tls?.onRenewed((renewed) => (server as SecureServer).setSecureContext(renewed));
  server.keepAliveTimeout = keepAliveMs;
  const limits = { connections: 0, connectionsPerHost: 0, pipelinedRequests: 0 };
  const report = limitLog(logger, 'HTTP');
  const limited: Limited = (limit, socket) => {
    limits[limit] += 1;
    report({ limit, peer: `${socket?.remoteAddress}:${socket?.remotePort}` });
  };
  limitConnections(server, maxConnections, new HostCount(maxConnectionsPerHost, hostNames(trustedProxies)), limited);
  // Handlers beside the gateway are mounted as anywhere else.
  const app = express()
    .disable('x-powered-by')
    .set('trust proxy', [...trustedProxies]);
  if (dashboard) app.use(dashboard.handler);
  app.use(gateway.handler);
  // Calls go past express, which makes each dearer by half, unless it has to find out what proxies say of the caller.
  const isDirect = trustedProxies.length === 0;
  const handle: RequestListener = (request, response) => {
    if (isDirect && request.url?.startsWith('/v1/')) gateway.handler(request, response);
    else app(request, response);
  };
  server.on(
    'request',
    inOrder(handle, (socket) => limited('pipelinedRequests', socket)),
  );
  answerUnreadableRequests(server);
  const silent = silentSockets(server, tls ? 'secureConnection' : 'connection');
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error): void => reject(cannotOpen('HTTP', address, error));
    server.once('error', refuse);
    server.listen(address.port, address.host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const connections = new Connections(port);
  return {
    address: { host: address.host, port },
    async drain() {
      const closed = new Promise((resolve) => server.close(resolve));
      connections.release();
      connections.dropSilent();
      for (const socket of silent) socket.destroy();
      const sweep = setInterval(() => server.closeIdleConnections(), sweepIntervalMs);
      await Promise.all([gateway.close(), closed]);
      clearInterval(sweep);
    },
    cut: () => connections.drop(),
    metrics: () => ({ connections: connections.size, limits: { ...limits, ...gateway.limits } }),
  };
}

type Limited = (
  limit: 'connections' | 'connectionsPerHost' | 'pipelinedRequests',
  peer: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined } | undefined,
) => void;

/** Closes connections beyond these numbers as they come. */
function limitConnections(server: Server, most: number, hosts: HostCount, limited: Limited): void {
  server.maxConnections = most;
  server.on('drop', (data) => limited('connections', data));
  server.prependListener('connection', (socket: Socket) => {
    if (hosts.add(socket)) return;
    limited('connectionsPerHost', socket);
    socket.destroy();
  });
}

/** Connections without a request so far, such as browsers open in advance. Node.js does not count them as idle. */
function silentSockets(server: Server, event: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}
