import {
  announced,
  type BatchOperation,
  type BatchOutcome,
  type Capability,
  isConfigError,
  MemoryStore,
  type SetOptions,
} from '@cfg/core';
import { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import {
  type CallContext,
  createServer,
  type Server,
  ServerError,
  type ServerMiddleware,
  type ServiceImplementation,
  Status,
} from 'nice-grpc';
import { errorDetailsServerMiddleware, RichServerError } from 'nice-grpc-error-details';
import { position, setting, toWatchResponse, toWire, toWireAlias, valueIn } from './wire.js';
import { wireErrors } from './wire-errors.js';

/*
 * A server of a few lines over a memory store: what the wire contract says and nothing more, so that the client is
 * tested against the contract. The suite against the real service is in `@cfg/server`.
 */

export interface TestServerOptions {
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly store?: MemoryStore;
  readonly features?: readonly Capability[];
  /** Default true; false: as a server that is older than features. */
  readonly announces?: boolean;
  /** Runs around every call. */
  readonly middleware?: ServerMiddleware | undefined;
  readonly tls?: Parameters<Server['listen']>[1];
  /** How many streams a connection may have, as a proxy says. Default: as many as it likes. */
  readonly maxStreams?: number;
  /** As a server that is older than error details: codes and words alone. Default false. */
  readonly withoutDetails?: boolean;
}

export interface TestServer {
  readonly address: string;
  readonly port: number;
  readonly store: MemoryStore;
  /** The calls that came, by the names of their methods, watches included. */
  readonly calls: string[];
  /** Ends everything at once, as a crash would; the store goes on. */
  kill(): void;
}

const all: readonly Capability[] = announced.filter((feature) => feature !== 'audit');

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { features = all, store = new MemoryStore() } = options;
  await store.connect();
  const calls: string[] = [];
  const server = createServer({
    'grpc.max_receive_message_length': 64 << 20,
    'grpc.max_send_message_length': 64 << 20,
    ...(options.maxStreams && { 'grpc.max_concurrent_streams': options.maxStreams }),
  })
    .use(options.withoutDetails ? (call, context) => call.next(call.request, context) : errorDetailsServerMiddleware)
    .use(async function* (call, context) {
      calls.push(call.method.path.split('/').at(-1) ?? '');
      if (options.announces !== false) context.header.set('cfg-features', features.join(' '));
      try {
        return yield* call.next(call.request, context);
      } catch (error) {
        throw toServerError(error);
      }
    });
  const extra: ServerMiddleware = options.middleware ?? ((call, context) => call.next(call.request, context));
  server.with(extra).add(ConfigServiceDefinition, implement(store, features));
  server.with(extra).add(ConfigOperationsDefinition, operate(store));
  const host = options.host ?? '127.0.0.1';
  const port = await server.listen(`${host}:${options.port ?? 0}`, options.tls);
  return { address: `${host}:${port}`, port, store, calls, kill: () => server.forceShutdown() };
}

function implement(
  store: MemoryStore,
  features: readonly Capability[],
): ServiceImplementation<ConfigServiceDefinition> {
  const write = (
    { signal }: CallContext,
    request: { ifVersion?: number | undefined; requestId: string; comment: string },
  ) => ({
    signal,
    ifVersion: request.ifVersion,
    requestId: request.requestId || undefined,
    comment: request.comment || undefined,
  });
  const named = (request: { namespace: string; key?: string }): void => {
    if (request.namespace === '') throw new ServerError(Status.INVALID_ARGUMENT, 'namespace is required');
    if (request.key === '') throw new ServerError(Status.INVALID_ARGUMENT, 'key is required');
  };
  return {
    async get(request) {
      named(request);
      return { entry: toWire(await store.get(request.namespace, request.key, request)) };
    },
    async set(request, context) {
      named(request);
      const options: SetOptions = { ...write(context, request), ...setting(request) };
      return { entry: toWire(await store.set(request.namespace, request.key, valueIn(request), options)) };
    },
    async delete(request, context) {
      named(request);
      await store.delete(request.namespace, request.key, write(context, request));
      return {};
    },
    async list(request) {
      named(request);
      const { namespace, ...query } = request;
      const page = await store.find(namespace, query);
      return { ...position(page), entries: page.entries.map(toWire), nextCursor: page.nextCursor };
    },
    async getVersions(request) {
      named(request);
      const { namespace, key, ...query } = request;
      const page = await store.versions(namespace, key, query);
      return { ...page, entries: page.entries.map(toWire), limit: request.limit };
    },
    async snapshot(request) {
      named(request);
      const { entries, ...snapshot } = await store.snapshot(request.namespace, request);
      const etag = `at-${snapshot.revision}`;
      const notModified = request.ifNoneMatch === etag;
      return { ...position(snapshot), entries: notModified ? [] : entries.map(toWire), etag, notModified };
    },
    async *watch({ namespaces, prefixes, startRevision, logId, progress }, context) {
      const stream = store.watch({ namespaces, prefixes }, { startRevision, logId, progress, signal: context.signal });
      context.sendHeader();
      for await (const event of stream) yield toWatchResponse(event);
      throw new ServerError(Status.UNAVAILABLE, 'the server goes away');
    },
    async checkAccess({ key }) {
      const ours = features.length > 0;
      return {
        canRead: true,
        canWrite: key !== 'fixed',
        canDelete: ours && key !== 'fixed',
        canList: ours,
        canWatch: ours,
        canReveal: ours,
      };
    },
    async setAlias({ alias, target }) {
      return { alias: toWireAlias(await store.setAlias(alias, target)) };
    },
    async deleteAlias({ alias }) {
      await store.deleteAlias(alias);
      return {};
    },
    async getAlias({ alias }) {
      return { alias: toWireAlias(await store.getAlias(alias)) };
    },
    async listAliases() {
      return { aliases: (await store.listAliases()).map(toWireAlias) };
    },
    async listCodecs() {
      return { codecs: ['json', 'secret'] };
    },
    async listNamespaces({ limit, ...query }) {
      return store.namespaces({ ...query, limit: Math.min(limit || 50, 500) }).then((page) => ({
        namespaces: [...page.namespaces],
        nextCursor: page.nextCursor,
      }));
    },
  };
}

/** The second service: batch and restore. */
function operate(store: MemoryStore): ServiceImplementation<ConfigOperationsDefinition> {
  const answer = ({ entries, ...outcome }: BatchOutcome) => ({
    ...outcome,
    results: entries.map((entry) => ({ entry: toWire(entry) })),
  });
  const options = ({ dryRun, requestId, comment }: { dryRun: boolean; requestId: string; comment: string }) => ({
    dryRun,
    requestId: requestId || undefined,
    comment: comment || undefined,
  });
  return {
    async batch(request) {
      const operations = request.operations.map(({ set, delete: deletion }): BatchOperation => {
        const { key = '', ifVersion, comment } = set ?? deletion ?? {};
        const common = { key, ifVersion, comment: comment || undefined };
        if (set === undefined) return { type: 'delete', ...common };
        return { type: 'set', ...common, ...setting(set), value: valueIn(set) };
      });
      return answer(await store.batch(request.namespace, operations, options(request)));
    },
    async restore(request) {
      const { namespace, key, version, revision = 0 } = request;
      const to = version === undefined ? { revision } : { version };
      return answer(await store.restore(namespace, { key, to }, options(request)));
    },
    async listAudit() {
      throw new ServerError(Status.UNIMPLEMENTED, 'no audit here');
    },
    async search({ query, namespacePrefix, keyPrefix, in: where, limit, cursor }) {
      const place = (['both', 'keys', 'values', 'both'] as const)[where];
      const page = await store.search({ text: query, in: place, namespacePrefix, keyPrefix, limit, cursor });
      return { ...page, matches: page.matches.map((match) => ({ ...match, entry: toWire(match.entry) })) };
    },
  };
}

function toServerError(error: unknown): unknown {
  if (!isConfigError(error)) return error;
  const { status, reason } = wireErrors[error.code];
  if (reason === undefined) return new ServerError(status, error.message);
  const domain = 'config.rbaliyan.com';
  const detail = { $type: 'google.rpc.ErrorInfo', reason, domain, metadata: { ...error.metadata } } as const;
  return new RichServerError(status, error.message, [detail]);
}
