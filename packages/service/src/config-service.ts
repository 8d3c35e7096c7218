import { type Capability, ConfigError, type Store } from '@cfg/core';
import { ConfigOperationsDefinition, ConfigServiceDefinition, type WatchResponse } from '@cfg/proto';
import type { ServiceImplementation } from 'nice-grpc';
import type { CallContext, ServerMiddleware } from 'nice-grpc-common';
import { HealthState } from 'nice-grpc-server-health';
import { allChanges } from './all-changes.js';
import { Draining } from './draining.js';
import { Encoder } from './encoder.js';
import type { Environment } from './environment.js';
import { askGuard } from './guards/ask-guard.js';
import { accessHandler } from './handlers/access.js';
import { deleteAliasHandler, getAliasHandler, listAliasesHandler, setAliasHandler } from './handlers/aliases.js';
import { auditHandler } from './handlers/audit.js';
import { batchHandler } from './handlers/batch.js';
import { codecsHandler } from './handlers/codecs.js';
import { deleteHandler } from './handlers/delete.js';
import { getHandler } from './handlers/get.js';
import { listHandler } from './handlers/list.js';
import { namespacesHandler } from './handlers/namespaces.js';
import { restoreHandler } from './handlers/restore.js';
import { searchHandler } from './handlers/search.js';
import { setHandler } from './handlers/set.js';
import { snapshotHandler } from './handlers/snapshot.js';
import { versionsHandler } from './handlers/versions.js';
import { watchHandler } from './handlers/watch.js';
import { type AdmittedCall, Methods } from './methods.js';
import { authentication } from './middleware/authentication.js';
import { features } from './middleware/features.js';
import { logging } from './middleware/logging.js';
import { Stages } from './middleware/stages.js';
import { type ConfigServiceOptions, completeOptions } from './options.js';
import { Reveals } from './reveals.js';

/** The names of the services, as health checks ask for them. */
export const serviceNames: readonly string[] = ['config.v1.ConfigService', 'config.v1.ConfigOperations'];

/**
 * The calls of `config.v1.ConfigService` over a store, for {@link addConfigService} or nice-grpc's
 * `server.add(ConfigServiceDefinition, service)`, and what belongs to them. Each method is a plain function of request
 * and context that runs within the service's stages, so that a call is authenticated whatever door it comes by.
 */
export interface ConfigService extends ServiceImplementation<ConfigServiceDefinition> {
  readonly store: Store;
  /** The calls of `config.v1.ConfigOperations`: Batch, Restore, ListAudit and Search. */
  readonly operations: ServiceImplementation<ConfigOperationsDefinition>;
  /**
   * The stages for nice-grpc's `server.use`, for servers that have other services too: those are then authenticated and
   * logged alike. The service itself does not need it.
   */
  readonly middleware: ServerMiddleware;
  /** The status that health checks report. Serving, until `drain()`. */
  readonly health: HealthState;
  /** The largest value that a write may have, in bytes. */
  readonly maxValueBytes: number;
  /** Ended by `drain()`. */
  readonly draining: Draining;
  /**
   * Prepares for the end: health checks say not serving, all watches end with UNAVAILABLE, so that their clients go
   * elsewhere and resume there, and no new one begins. Other calls go on. Twice is fine. Does not close the store.
   */
  drain(): void;
  /**
   * Lets a call of one message enter its stages before its request is read, so that a caller who is refused costs little.
   * Rejects with the error for the caller. Then call the method with the same `context`, once, or abandon the call.
   *
   * @param path the method's, `/config.v1.ConfigService/Set`
   */
  admit(path: string, context: CallContext): Promise<AdmittedCall>;
  /**
   * Every change of the store from now on, past the stages and the guard: for a door that watches once for all its callers
   * and asks the guard itself what each may see. Resolves once no change is missed any more; ends with an error when the
   * service drains.
   */
  changes(signal: AbortSignal): Promise<AsyncIterable<WatchResponse>>;
  /** The methods of another service, within this one's stages: authenticated and logged like its own. */
  within<T extends object>(definition: AnyDefinition, implementation: T): T;
}

/** The methods of a gRPC service by name, as far as the stages need them. */
export type AnyDefinition = Readonly<Record<string, { readonly path: string; readonly responseStream: boolean }>>;

/**
 * Makes the service over `store`, which stays the caller's to connect and to close.
 *
 * Without a guard nobody may do anything. Throws `invalid_argument` for an option out of its range.
 *
 * @example
 * const service = createConfigService(store, { guard, stages: { outer: [metrics], authenticated: [rateLimit] } });
 * addConfigService(server, service);
 */
export function createConfigService(store: Store, options: ConfigServiceOptions = {}): ConfigService {
  if (typeof store?.get !== 'function') throw new ConfigError('invalid_argument', 'store must be a store');
  const settings = completeOptions(options);
  const { logger, stages, guardTimeoutMs: timeoutMs } = settings;
  const guard = askGuard(settings.guard, { timeoutMs, logger });
  const encoder = new Encoder(settings.encodedCacheBytes);
  // Every reply announces the features, and every call is logged, whatever a later stage does with it.
  const order = [
    features(store, new Set<Capability>(settings.auditTrail ? ['audit'] : [])),
    ...(settings.logsCalls ? [logging(logger)] : []),
    ...stages.outer,
    authentication,
    ...stages.authenticated,
  ];
  const reveals = new Reveals(order, logger);
  const environment: Environment = { store, settings, encoder, draining: new Draining(), reveals };
  const methods = new Methods(new Stages(order, logger), guard);
  const health = HealthState();
  for (const name of serviceNames) health.setStatus('healthy', name);
  return {
    ...implementation(environment, methods),
    store,
    operations: operations(environment, methods),
    middleware: methods.middleware,
    health,
    maxValueBytes: settings.maxValueBytes,
    draining: environment.draining,
    drain() {
      for (const name of ['', ...serviceNames]) health.setStatus('unhealthy', name);
      environment.draining.begin();
    },
    admit: (path, context) => methods.admit(path, context),
    changes: (signal) => allChanges(environment, signal),
    within: (definition, others) => methods.within(definition, others),
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
    checkAccess: methods.unary(rpc.checkAccess.path, accessHandler()),
    setAlias: methods.unary(rpc.setAlias.path, setAliasHandler(environment)),
    deleteAlias: methods.unary(rpc.deleteAlias.path, deleteAliasHandler(environment)),
    getAlias: methods.unary(rpc.getAlias.path, getAliasHandler(environment)),
    listAliases: methods.unary(rpc.listAliases.path, listAliasesHandler(environment)),
    listCodecs: methods.unary(rpc.listCodecs.path, codecsHandler(environment)),
    listNamespaces: methods.unary(rpc.listNamespaces.path, namespacesHandler(environment)),
  };
}

function operations(environment: Environment, methods: Methods): ServiceImplementation<ConfigOperationsDefinition> {
  const rpc = ConfigOperationsDefinition;
  return {
    batch: methods.unary(rpc.batch.path, batchHandler(environment)),
    restore: methods.unary(rpc.restore.path, restoreHandler(environment)),
    listAudit: methods.unary(rpc.listAudit.path, auditHandler(environment)),
    search: methods.unary(rpc.search.path, searchHandler(environment)),
  };
}
