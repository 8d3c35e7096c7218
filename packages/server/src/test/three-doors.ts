import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Store } from '@cfg/core';
import { createInProcessGateway } from '@cfg/gateway';
import { createServer } from '@cfg/grpc-door';
import { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import { addConfigService, type ConfigServiceOptions, createConfigService, createInProcessClients } from '@cfg/service';
import { createChannel, createClientFactory } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';

/** Clients of both services, whose methods are called by the names of the descriptors. */
export type AnyClients = Readonly<
  Record<string, Readonly<Record<string, (request: object, options: object) => unknown>>>
>;

export interface ThreeDoors extends AsyncDisposable {
  readonly grpc: AnyClients;
  readonly inProcess: AnyClients;
  readonly url: string;
}

/** One service behind its three doors: gRPC and HTTP over sockets, and in process. */
export async function openThreeDoors(store: Store, options: ConfigServiceOptions): Promise<ThreeDoors> {
  const service = createConfigService(store, options);
  const server = createServer();
  addConfigService(server, service);
  const channel = createChannel(`127.0.0.1:${await server.listen('127.0.0.1:0')}`);
  const factory = createClientFactory().use(errorDetailsClientMiddleware);
  const inProcess = createInProcessClients(service);
  const gateway = createInProcessGateway(service);
  const http = createHttpServer(gateway.handler);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const named = (first: unknown, second: unknown) =>
    ({ 'config.v1.ConfigService': first, 'config.v1.ConfigOperations': second }) as AnyClients;
  return {
    grpc: named(factory.create(ConfigServiceDefinition, channel), factory.create(ConfigOperationsDefinition, channel)),
    inProcess: named(inProcess.service, inProcess.operations),
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      service.drain();
      channel.close();
      await gateway.close();
      http.closeAllConnections();
      http.close();
      server.forceShutdown();
    },
  };
}
