import type { ConnectionOptions } from '@cfg/client/channel';
import type { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import { type ConfigService, createInProcessClients, type HttpHandler } from '@cfg/service';
import type { Client } from 'nice-grpc';
import { BodyBudget } from './body-budget.js';
import { diffEndpoint } from './diff.js';
import { snapshotEtag } from './etag.js';
import { ServerFeatures } from './features.js';
import { RequestHandler } from './handler.js';
import { completeOptions, type GatewayOptions, type GatewaySettings } from './options.js';
import { connect } from './remote.js';
import { createRoutes } from './router.js';
import type { Admit } from './rpc-endpoint.js';
import { watchEndpoint } from './sse/watch.js';

/** The HTTP/JSON and SSE door to a configuration service. */
export interface Gateway extends AsyncDisposable {
  /** Mount it with `app.use(gateway.handler)`, or give it to `http.createServer`. */
  readonly handler: HttpHandler;
  /**
   * Ends the streams of events, lets other requests that are under way finish, refuses new ones with 503, and closes
   * the connection to the server. Closing twice is fine.
   */
  close(): Promise<void>;
}

/** Clients of your own making, for a service and perhaps for the operations that a server may leave out. */
export interface GatewayClients {
  readonly client: Client<ConfigServiceDefinition>;
  /** Without it, the routes of Batch, Restore, ListAudit and Search respond with 501. */
  readonly operations?: Client<ConfigOperationsDefinition> | undefined;
}

export interface RemoteGatewayOptions extends GatewayOptions, ConnectionOptions {}

/**
 * A gateway to a server elsewhere, `host:port`, or to whatever the given clients call (which stay yours to close, and
 * ought to throw nice-grpc-error-details' `RichClientError`).
 *
 * Connects with the first request; while the server cannot be reached, the response is 503. Throws `invalid_argument` if
 * an option is wrong.
 *
 * @example
 * const gateway = createGateway('config.example.com:9090');
 * express().use(gateway.handler).listen(8080);
 */
export function createGateway(target: string | GatewayClients, options: RemoteGatewayOptions = {}): Gateway {
  const complete = completeOptions(options);
  if (typeof target !== 'string') return build(target, complete, () => {});
  const { service, operations, close } = connect(target, options, complete.logger);
  return build({ client: service, operations }, complete, close);
}

/**
 * A gateway to a service of the same process, whose stages run as for a call over the network. The service stays yours to
 * close. Throws `invalid_argument` if an option is wrong.
 *
 * @example
 * const gateway = createInProcessGateway(createConfigService(store, { guard }));
 * express().use(gateway.handler).listen(8080);
 */
export function createInProcessGateway(service: ConfigService, options: GatewayOptions = {}): Gateway {
  const { service: client, operations, admit } = createInProcessClients(service);
  return build({ client, operations }, completeOptions(options), () => {}, admit);
}

function build(
  { client, operations }: GatewayClients,
  options: GatewaySettings,
  release: () => void,
  admit?: Admit,
): Gateway {
  const features = new ServerFeatures();
  const routes = createRoutes({
    clients: { 'config.v1.ConfigService': client, 'config.v1.ConfigOperations': operations },
    own: [
      {
        verb: 'GET',
        path: '/v1/namespaces/{namespace}/keys/{key}/diff',
        endpoint: diffEndpoint(client),
        operation: 'Diff',
      },
      { verb: 'GET', path: '/v1/watch', endpoint: watchEndpoint({ client, features, options }), operation: 'Watch' },
    ],
    hooks: { 'config.v1.ConfigService.Snapshot': snapshotEtag },
    body: {
      maxBytes: options.maxBodyBytes,
      timeoutMs: options.bodyTimeoutMs,
      budget: new BodyBudget(options.maxBufferedBytes),
    },
    admit,
  });
  const requests = new RequestHandler(routes, features, options);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= requests.close().then(release);
    return closed;
  };
  return { handler: requests.handle, close, [Symbol.asyncDispose]: close };
}
