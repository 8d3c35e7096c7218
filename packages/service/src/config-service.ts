import { ConfigError, type Store } from '@cfg/core';
import { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import type { ServiceImplementation } from 'nice-grpc';
import type { ServerMiddleware } from 'nice-grpc-common';
import { HealthState } from 'nice-grpc-server-health';
import { Authorizer } from './authorizer.js';
import { Draining } from './draining.js';
import { Encoder } from './encoder.js';
import type { Environment } from './environment.js';
import { accessHandler } from './handlers/access.js';
import { deleteAliasHandler, getAliasHandler, listAliasesHandler, setAliasHandler } from './handlers/aliases.js';
import { codecsHandler } from './handlers/codecs.js';
import { deleteHandler } from './handlers/delete.js';
import { getHandler } from './handlers/get.js';
import { listHandler } from './handlers/list.js';
import { namespacesHandler } from './handlers/namespaces.js';
import { notOffered } from './handlers/not-offered.js';
import { setHandler } from './handlers/set.js';
import { snapshotHandler } from './handlers/snapshot.js';
import { versionsHandler } from './handlers/versions.js';
import { watchHandler } from './handlers/watch.js';
import { Methods } from './methods.js';
import { authentication } from './middleware/authentication.js';
import { features } from './middleware/features.js';
import { fuse } from './middleware/fuse.js';
import { logging } from './middleware/logging.js';
import { recovery } from './middleware/recovery.js';
import type { Stage } from './middleware/stage.js';
import { type ConfigServiceOptions, completeOptions } from './options.js';

/** The names of the services, as health checks ask for them. */
export const serviceNames: readonly string[] = ['config.v1.ConfigService', 'config.v1.ConfigOperations'];

/**
 * The fourteen calls over a store, for nice-grpc's `server.add(ConfigServiceDefinition, service)`, and what goes along.
 */
export interface ConfigService extends ServiceImplementation<ConfigServiceDefinition> {
  readonly store: Store;
  /** For nice-grpc's `server.use`: recovery, logging, the features header and authentication, in one. */
  readonly middleware: ServerMiddleware;
  /** What {@link middleware} is made of, for who composes another with `fuse`. */
  readonly stages: ServiceStages;
  /** The second service. None of its calls is offered yet: they are UNIMPLEMENTED. */
  readonly operations: ServiceImplementation<ConfigOperationsDefinition>;
  /** What health checks are told. Serving, until `drain()`. */
  readonly health: HealthState;
  /** Ended by `drain()`. */
  readonly draining: Draining;
  /**
   * Prepares for the end: health checks say not serving, all watches end with UNAVAILABLE, so that their clients go
   * elsewhere and resume there, and no new one begins. Other calls go on. Twice is fine. Does not close the store.
   */
  drain(): void;
}

export interface ServiceStages {
  readonly recovery: Stage;
  readonly logging: Stage;
  readonly features: Stage;
  readonly authentication: Stage;
}

/**
 * Makes the service over `store`, which stays the caller's to connect and to close.
 *
 * Without a guard nobody may do anything. Throws `invalid_argument` for an option out of its range.
 */
export function createConfigService(store: Store, options: ConfigServiceOptions = {}): ConfigService {
  if (typeof store?.get !== 'function') throw new ConfigError('invalid_argument', 'store must be a store');
  const settings = completeOptions(options);
  const authorizer = new Authorizer(settings.guard, settings.guardTimeoutMs, settings.logger);
  const encoder = new Encoder(settings.encodedCacheBytes);
  const environment: Environment = { store, settings, authorizer, encoder, draining: new Draining() };
  const stages: ServiceStages = {
    recovery: recovery(settings.logger),
    logging: logging(settings.logger),
    features: features(store),
    authentication: authentication(authorizer),
  };
  const order = [
    stages.features,
    ...(settings.logsCalls ? [stages.logging] : []),
    stages.recovery,
    stages.authentication,
  ];
  const methods = new Methods(order, authorizer);
  const health = HealthState();
  for (const name of serviceNames) health.setStatus('healthy', name);
  return {
    ...implementation(environment, methods),
    store,
    middleware: fuse(...order),
    stages,
    operations: operations(methods),
    health,
    draining: environment.draining,
    drain() {
      for (const name of ['', ...serviceNames]) health.setStatus('unhealthy', name);
      environment.draining.begin();
    },
  };
}

function implementation(environment: Environment, methods: Methods): ServiceImplementation<ConfigServiceDefinition> {
  const rpc = ConfigServiceDefinition;
  return {
    get: methods.unary(rpc.get.path, getHandler(environment)),
    set: methods.unary(rpc.set.path, setHandler(environment)),
    delete: methods.unary(rpc.delete.path, deleteHandler(environment)),
    list: methods.unary(rpc.list.path, listHandler(environment)),
    getVersions: methods.unary(rpc.getVersions.path, versionsHandler(environment)),
    snapshot: methods.unary(rpc.snapshot.path, snapshotHandler(environment)),
    watch: methods.streaming(rpc.watch.path, watchHandler(environment)),
    checkAccess: methods.unary(rpc.checkAccess.path, accessHandler(environment)),
    setAlias: methods.unary(rpc.setAlias.path, setAliasHandler(environment)),
    deleteAlias: methods.unary(rpc.deleteAlias.path, deleteAliasHandler(environment)),
    getAlias: methods.unary(rpc.getAlias.path, getAliasHandler(environment)),
    listAliases: methods.unary(rpc.listAliases.path, listAliasesHandler(environment)),
    listCodecs: methods.unary(rpc.listCodecs.path, codecsHandler(environment)),
    listNamespaces: methods.unary(rpc.listNamespaces.path, namespacesHandler(environment)),
  };
}

function operations(methods: Methods): ServiceImplementation<ConfigOperationsDefinition> {
  const rpc = ConfigOperationsDefinition;
  return {
    batch: methods.unary(rpc.batch.path, notOffered('Batch')),
    restore: methods.unary(rpc.restore.path, notOffered('Restore')),
    listAudit: methods.unary(rpc.listAudit.path, notOffered('ListAudit')),
  };
}
