import { readFileSync } from 'node:fs';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import {
  type Channel,
  type Client,
  createChannel,
  createClientFactory,
  createServer as createNiceServer,
  type Server as NiceServer,
  type ServiceImplementation,
} from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { createServer, type DoorOptions, type Server } from '../index.js';
import { NotesDefinition } from './definitions.js';
import { echo } from './notes.js';

/** A server with the notes service, and a client of it. */
export class Running<S extends NiceServer | Server = Server> implements AsyncDisposable {
  readonly client: Client<NotesDefinition>;
  readonly channel: Channel;
  readonly server: S;
  readonly port: number;

  private constructor(server: S, port: number) {
    this.server = server;
    this.port = port;
    this.channel = createChannel(`127.0.0.1:${port}`);
    this.client = createClientFactory().use(errorDetailsClientMiddleware).create(NotesDefinition, this.channel);
  }

  static async of<S extends NiceServer | Server>(server: S): Promise<Running<S>> {
    return new Running(server, await server.listen('127.0.0.1:0'));
  }

  /** Ours, with some methods other than the echo's. */
  static start(
    notes: Partial<ServiceImplementation<NotesDefinition>> = {},
    options: DoorOptions = {},
  ): Promise<Running> {
    const server = createServer(options);
    server.add(NotesDefinition, { ...echo, ...notes });
    return Running.of(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.channel.close();
    this.server.forceShutdown();
  }
}

/** The servers that must behave alike. */
export const servers: readonly { readonly name: string; readonly create: () => NiceServer }[] = [
  { name: 'grpc-door', create: () => createServer() },
  { name: 'nice-grpc', create: () => createNiceServer() },
];

const pem = (name: string): Buffer => readFileSync(new URL(`../../src/test/tls/${name}`, import.meta.url));

/** TLS for both ends, with client certificates if asked for. */
export function tls(mutual = false): { server: ServerCredentials; client: ChannelCredentials } {
  const pairs = [{ cert_chain: pem('server.pem'), private_key: pem('server.key.pem') }];
  return {
    server: ServerCredentials.createSsl(mutual ? pem('ca.pem') : null, pairs, mutual),
    client: mutual
      ? ChannelCredentials.createSsl(pem('ca.pem'), pem('client.key.pem'), pem('client.pem'))
      : ChannelCredentials.createSsl(pem('ca.pem')),
  };
}
