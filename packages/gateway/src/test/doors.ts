import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryStore, type Store } from '@cfg/core';
import {
  addConfigService,
  allowAll,
  type ConfigService,
  type ConfigServiceOptions,
  createConfigService,
} from '@cfg/service';
import express, { type Express } from 'express';
import { createServer as createGrpcServer } from 'nice-grpc';
import { createGateway, createInProcessGateway, type Gateway, type GatewayOptions } from '../index.js';

/** The two ways from a gateway to a service. Everything is tested through both. */
export const doors = ['in process', 'remote'] as const;

export type Door = (typeof doors)[number];

export interface DoorOptions {
  readonly service?: ConfigServiceOptions;
  readonly gateway?: GatewayOptions;
  /** A store to share, which stays the caller's; by default a new one. */
  readonly store?: Store;
  /** Mounts the gateway; by default at the root of an application of its own. */
  readonly mount?: (app: Express, gateway: Gateway) => void;
}

export interface OpenDoor extends AsyncDisposable {
  readonly url: string;
  readonly store: MemoryStore;
  readonly service: ConfigService;
  readonly gateway: Gateway;
  readonly http: Server;
}

/**
 * A memory store, a service over it (open, unless a guard is given), and a gateway to it that listens on the loopback.
 */
export async function openDoor(door: Door, options: DoorOptions = {}): Promise<OpenDoor> {
  const store = (options.store ?? new MemoryStore()) as MemoryStore;
  if (!options.store) await store.connect();
  const service = createConfigService(store, { guard: allowAll(), ...options.service });
  const { gateway, stop } = await openGateway(door, service, options.gateway ?? {});
  const app = express();
  if (options.mount) options.mount(app, gateway);
  else app.use(gateway.handler);
  const http = await listen(createServer(app));
  const close = async (): Promise<void> => {
    await gateway.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await stop();
    if (!options.store) await store.close();
  };
  return { url: urlOf(http), store, service, gateway, http, [Symbol.asyncDispose]: close };
}

async function openGateway(
  door: Door,
  service: ConfigService,
  options: GatewayOptions,
): Promise<{ gateway: Gateway; stop: () => Promise<void> }> {
  if (door === 'in process') return { gateway: createInProcessGateway(service, options), stop: async () => {} };
  const grpc = createGrpcServer();
  addConfigService(grpc, service);
  const port = await grpc.listen('127.0.0.1:0');
  const gateway = createGateway(`127.0.0.1:${port}`, { ...options, insecure: true });
  return { gateway, stop: async () => grpc.forceShutdown() };
}

/** Serves a gateway on a port of its own. Closes both at the end. */
export async function serveGateway(gateway: Gateway): Promise<AsyncDisposable & { readonly url: string }> {
  const http = await listen(createServer(gateway.handler));
  return {
    url: urlOf(http),
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      http.closeAllConnections();
      http.close();
    },
  };
}

export async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

export const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
