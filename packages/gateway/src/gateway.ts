import type { ConnectionOptions } from '@cfg/client/channel';
import { ConfigError } from '@cfg/core';
import type { OptionNames } from '@cfg/core/store';
import {
  ConfigClusterDefinition,
  type ConfigOperationsDefinition,
  type ConfigServiceDefinition,
  type HttpRule,
  httpRules,
} from '@cfg/proto';
import { type ConfigService, clientOf, createInProcessClients, type HttpHandler } from '@cfg/service';
import type { Client, ServiceImplementation } from 'nice-grpc';
import { Metadata } from 'nice-grpc-common';
import { diffEndpoint } from './diff.js';
import type { ClientTraits } from './exchange.js';
import { ServerFeatures } from './features.js';
import { type GatewayLimits, RequestHandler } from './handler.js';
import { serverReadiness, serviceReadiness } from './health/readiness.js';
import { type CheckReadiness, healthRoutes } from './health/routes.js';
import { metricsRoute } from './metrics/route.js';
import { ofrepRoutes } from './ofrep/routes.js';
import * as described from './openapi/own-operations.js';
import { openApiRoutes } from './openapi/routes.js';
import { completeOptions, type GatewayOptions, type GatewaySettings } from './options.js';
import { connect } from './remote/connection.js';
import { createRoutes, type OwnRoute } from './router.js';
import { rpcEndpoint } from './rpc-endpoint.js';
import type { Subscribe } from './sse/shared-changes.js';
import { Turns } from './sse/turns.js';
import { openWatch } from './sse/upstream.js';
import { WatchRoute, watchPath } from './sse/watch.js';
import { deleteHook, getHook, type ReadEntry, setHook } from './value/hooks.js';
import { snapshotHook } from './value/snapshot-hook.js';

/** The HTTP/JSON and SSE door to a configuration service. */
export interface Gateway extends AsyncDisposable {
  /** Mount it with `app.use(gateway.handler)`, or give it to `http.createServer`. */
  readonly handler: HttpHandler;
  /** How often limits were reached that all requests share. */
  readonly limits: GatewayLimits;
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
  /** Without it, the routes of the cluster respond with 501. */
  readonly cluster?: Client<ConfigClusterDefinition> | undefined;
}

export interface InProcessGatewayOptions extends GatewayOptions {
  /** The result of `clusterService` of @cfg/peersync. Default: the service is in no cluster. */
  readonly cluster?: ServiceImplementation<ConfigClusterDefinition> | undefined;
}

export interface RemoteGatewayOptions extends GatewayOptions, ConnectionOptions {
  /**
   * The bearer token by which the gateway itself watches a server without revisions, once for all its clients, each of
   * which still needs its own credential. Default: none. Where the server refuses it, each client is a watch of its own,
   * and one that comes back gets a `reset`.
   */
  readonly watchToken?: string | (() => string) | undefined;
}

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
  const complete = completeOptions('createGateway', options, remoteNames);
  const watchToken = (): string | undefined =>
    typeof options.watchToken === 'function' ? options.watchToken() : options.watchToken;
  if (typeof target !== 'string') {
    if (typeof target?.client?.get !== 'function')
      throw new ConfigError(
        'invalid_argument',
        'the server must be an address, host:port, or clients: { client, operations }',
      );
    return build(
      target,
      complete,
      watchedWith(target.client, watchToken),
      async () => ({}),
      () => {},
      { admit: undefined, takesLazy: false },
    );
  }
  const { service, operations, cluster, health, close } = connect(target, options, complete.logger);
  return build(
    { client: service, operations, cluster },
    complete,
    watchedWith(service, watchToken),
    serverReadiness(health),
    close,
    { admit: undefined, takesLazy: true },
  );
}

/**
 * A gateway to a service of the same process, whose stages run as for a call over the network. The service stays yours to
 * close. Throws `invalid_argument` if an option is wrong.
 *
 * @example
 * const gateway = createInProcessGateway(createConfigService(store, { guard }));
 * express().use(gateway.handler).listen(8080);
 */
export function createInProcessGateway(service: ConfigService, options: InProcessGatewayOptions = {}): Gateway {
  if (typeof service?.admit !== 'function')
    throw new ConfigError('invalid_argument', 'the service must be one that createConfigService has made');
  const { service: client, operations, admit } = createInProcessClients(service);
  const subscribe = () => (signal: AbortSignal) => service.changes(signal);
  return build(
    { client, operations, cluster: options.cluster && clientOf(ConfigClusterDefinition, options.cluster) },
    completeOptions('createInProcessGateway', options, { cluster: true }, service.maxValueBytes),
    subscribe,
    serviceReadiness(service),
    () => {},
    { admit, takesLazy: true },
  );
}

const remoteNames: OptionNames<Omit<RemoteGatewayOptions, keyof GatewayOptions>> = {
  ...{ insecure: true, tls: true, keepalive: true, channelOptions: true, watchToken: true },
};

/** How the gateway itself watches everything. */
type MakeSubscribe = (features: ServerFeatures) => Subscribe;

const watchedWith =
  (client: Client<ConfigServiceDefinition>, token: () => string | undefined): MakeSubscribe =>
  (features) =>
  async (signal) => {
    const bearer = token();
    const metadata = bearer === undefined ? Metadata() : Metadata({ authorization: `Bearer ${bearer}` });
    const { messages } = await openWatch(client, {}, { metadata, signal }, features);
    return messages;
  };

function build(
  { client, operations, cluster }: GatewayClients,
  options: GatewaySettings,
  subscribe: MakeSubscribe,
  readiness: CheckReadiness,
  release: () => void,
  traits: ClientTraits,
): Gateway {
  const features = new ServerFeatures(client);
  const { maxBodyBytes } = options;
  const watch = new WatchRoute({ client, features, options, turns: new Turns(), subscribe: subscribe(features) });
  const readEntry: ReadEntry = async (namespace, key, exchange) =>
    (await client.get({ namespace, key }, exchange.callOptions())).entry;
  const own: readonly OwnRoute[] = [
    {
      verb: 'GET',
      path: '/v1/namespaces/{namespace}/keys/{key}/diff',
      endpoint: diffEndpoint(client),
      operation: described.diff,
    },
    {
      verb: 'PUT',
      path: '/v1/namespaces/{namespace}/keys/{key}',
      endpoint: rpcEndpoint(ruleOf('Set'), client, { maxBodyBytes, hook: setHook(readEntry, true) }),
      operation: described.putValue({ $ref: '#/components/schemas/SetResponse' }),
    },
    { verb: 'GET', path: watchPath, endpoint: watch.endpoint, operation: described.watch },
    ...ofrepRoutes(client, options.flags),
    ...healthRoutes(readiness, options.logger),
    ...(options.metrics ? [metricsRoute(options.metrics)] : []),
  ];
  const routes = createRoutes({
    clients: {
      'config.v1.ConfigService': client,
      'config.v1.ConfigOperations': operations,
      'config.v1.ConfigCluster': cluster,
    },
    own: [...own, ...openApiRoutes(own, options.docs)],
    hooks: {
      'config.v1.ConfigService.Get': getHook,
      'config.v1.ConfigService.Set': setHook(readEntry, false),
      'config.v1.ConfigService.Delete': deleteHook(readEntry),
      'config.v1.ConfigService.Snapshot': snapshotHook,
    },
    maxBodyBytes: (method) => (method.endsWith('.Batch') ? options.maxBatchBodyBytes : maxBodyBytes),
  });
  const requests = new RequestHandler(routes, features, options, traits);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= requests
      .close()
      .then(() => watch.close())
      .then(release);
    return closed;
  };
  return {
    handler: requests.handle,
    get limits() {
      return requests.limits;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function ruleOf(method: string): HttpRule {
  const rule = httpRules().find((each) => each.method === `config.v1.ConfigService.${method}`);
  if (rule === undefined) throw new Error(`no HTTP form of ${method}`);
  return rule;
}
