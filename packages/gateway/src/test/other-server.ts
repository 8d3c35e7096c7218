import { ConfigServiceDefinition, type WatchRequest, WatchResponse } from '@cfg/proto';
import { type CallContext, createServer, ServerError, type ServiceImplementation, Status } from 'nice-grpc';

export interface OtherServer extends AsyncDisposable {
  readonly address: string;
  /** The requests of the watches. */
  readonly requests: WatchRequest[];
}

type Watch = (request: WatchRequest, context: CallContext) => AsyncIterable<WatchResponse>;

/**
 * A server that is not of this project: as the original, it announces no features and says nothing about a watch before
 * its first message, unless `watch` does so.
 */
export async function otherServer(watch: Watch): Promise<OtherServer> {
  const requests: WatchRequest[] = [];
  const missing = async (): Promise<never> => {
    throw new ServerError(Status.UNIMPLEMENTED, 'not there');
  };
  const methods = Object.keys(ConfigServiceDefinition).map((name) => [name, missing]);
  const implementation = {
    ...Object.fromEntries(methods),
    watch: (request: WatchRequest, context: CallContext) => {
      requests.push(request);
      return watch(request, context);
    },
  } as ServiceImplementation<ConfigServiceDefinition>;
  const server = createServer();
  server.add(ConfigServiceDefinition, implementation);
  const port = await server.listen('127.0.0.1:0');
  return {
    address: `127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}

/** A change as such a server tells it. */
export const setOf = (key: string): WatchResponse =>
  WatchResponse.fromPartial({
    type: 1,
    entry: { namespace: 'a', key, value: Buffer.from('1'), codec: 'json', version: 1 },
  });

/** Waits until the caller has gone. */
export const gone = (context: CallContext): Promise<void> =>
  new Promise((resolve) => {
    context.signal.addEventListener('abort', () => resolve());
  });
