import { ConfigServiceDefinition } from '@cfg/proto';
import { type Client, createChannel, createClientFactory, createServer, type Server } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { addConfigService, type ConfigService, createInProcessClient } from '../index.js';

/** A way to a service, for tests that must hold through each of them. */
export interface OpenDoor extends AsyncDisposable {
  readonly client: Client<ConfigServiceDefinition>;
}

export interface Door {
  readonly name: string;
  open(service: ConfigService): Promise<OpenDoor>;
}

export interface Running extends OpenDoor {
  readonly server: Server;
  readonly port: number;
  readonly address: string;
}

/** Serves on a free port of the loopback, with a client connected to it. */
export async function serve(service: ConfigService, server: Server = createServer()): Promise<Running> {
  addConfigService(server, service);
  const port = await server.listen('127.0.0.1:0');
  const address = `127.0.0.1:${port}`;
  const channel = createChannel(address);
  const client = createClientFactory().use(errorDetailsClientMiddleware).create(ConfigServiceDefinition, channel);
  return {
    client,
    server,
    port,
    address,
    async [Symbol.asyncDispose]() {
      channel.close();
      service.drain();
      server.forceShutdown();
    },
  };
}

export const doors: readonly Door[] = [
  { name: 'a socket', open: serve },
  { name: 'a socket with the middleware', open: (service) => serve(service, createServer().use(service.middleware)) },
  {
    name: 'in process',
    open: async (service) => ({ client: createInProcessClient(service), async [Symbol.asyncDispose]() {} }),
  },
];
