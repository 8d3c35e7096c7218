import { ConfigError } from '@cfg/core';
import { isDoneWithin } from '@cfg/core/store';
import { createInProcessGateway } from '@cfg/gateway';
import { type ConfigService, createConfigService, watchLimit } from '@cfg/service';
import { formatAddress, isLoopback } from './address.js';
import type { OpenAudit } from './audit-choice.js';
import type { Door } from './door.js';
import { openGrpcDoor } from './grpc-door.js';
import { bodyBytes, bufferedBytes } from './grpc-settings.js';
import { openHttpDoor } from './http-door.js';
import { LazyMetrics } from './lazy-metrics.js';
import { LiveTls } from './live-tls.js';
import { measure } from './measure.js';
import { openMetricsDoor } from './metrics-door.js';
import { completeOptions, type ServerOptions, type ServerSettings } from './options.js';
import type { OpenRateStore } from './rate-store-choice.js';
import { selfSigned } from './self-signed.js';
import type { OpenWebhooks } from './webhooks-choice.js';
import { rateOfWorkers } from './workers/shared-rate.js';

/** A server with its doors open. */
export interface RunningServer extends AsyncDisposable {
  /** `host:port`, with the port that the system chose, if it was 0. */
  readonly grpcAddress: string;
  /** `host:port`, with the port that the system chose, if it was 0. */
  readonly httpAddress: string;
  /** Where `/metrics` is, if it is. */
  readonly metricsAddress: string | undefined;
  /** Where the dashboard is, if it is. */
  readonly dashboardUrl: string | undefined;
  /**
   * Drains and closes: health checks say not serving, watches end so that their clients go elsewhere, calls that are
   * under way finish, for `graceMs` at most; then what is left is cut off. Closing twice is fine.
   */
  close(): Promise<void>;
}

/**
 * Loads the guard's policy, opens the store, then both doors. Rejects with a `ConfigError`, and everything closed again:
 * `invalid_argument` for a wrong option, which it names, a file that is not a store's or a policy that cannot be used;
 * `unavailable` for a store, an address or a policy that cannot be had.
 *
 * @example
 * await using server = await startServer({ store: 'memory', grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
 * console.log(server.grpcAddress, server.httpAddress);
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const settings = await completeOptions(options);
  if (settings.workers === 1) return serve(settings);
  throw new ConfigError(
    'invalid_argument',
    'workers are for the program cfg-server; this starts a server in this process',
  );
}

/** As {@link startServer}, with options that are checked. */
export async function serve(settings: ServerSettings): Promise<RunningServer> {
  const { store, ownsStore, logger, maxValueBytes, maxSnapshotEntries } = settings;
  const openGuard = await settings.guard.open();
  const policy = settings.dashboard?.guarding(openGuard.guard) ?? openGuard.guard;
  const guard = settings.node?.guarding(policy) ?? policy;
  const doors: Door[] = [];
  let tls: LiveTls | undefined;
  let audit: OpenAudit | undefined;
  let rates: OpenRateStore | undefined;
  let webhooks: OpenWebhooks | undefined;
  try {
    tls = await openTls(settings);
    audit = await settings.audit?.open(logger);
    const { rateLimit, worker } = settings;
    const rateStore = rateLimit?.store ?? (worker && rateOfWorkers);
    rates = rateLimit && (await rateStore?.open(rateLimit, logger));
    await store.connect();
    const metrics =
      settings.metrics || settings.dashboard ? new LazyMetrics({ store, local: settings.localStore }) : undefined;
    if (settings.metrics) metrics?.begin();
    const { trustedProxies, maxWatchesPerClient: maxWatches } = settings;
    const watches = watchLimit({ maxWatches, trustedProxies });
    const tracing = settings.tracing ? await loadTracing() : undefined;
    const service = createConfigService(store, {
      guard,
      logger,
      maxValueBytes,
      maxSnapshotEntries,
      rateLimit: rateLimit && { ...rateLimit, limiter: rates?.limiter },
      auditTrail: audit?.trail,
      stages: {
        outer: [
          ...(tracing ? [tracing.calls()] : []),
          ...[metrics, audit].flatMap((each) => (each ? [each.stage] : [])),
          watches,
        ],
      },
    });
    const nodeServices = settings.node?.services(service, guard);
    const { allowedOrigins, allowedHosts } = settings;
    const gateway = createInProcessGateway(service, {
      logger,
      cluster: nodeServices?.cluster,
      tracing: tracing?.requests(),
      maxBufferedBytes: bufferedBytes(bodyBytes(maxValueBytes)),
      maxUnsentBytes: settings.maxUnsentBytes,
      allowedOrigins,
      allowedHosts,
    });
    const grpc = await openGrpcDoor(service, settings.grpc, tls, settings.grpcDoor, { ...settings, nodeServices });
    doors.push(grpc);
    const dashboard = settings.dashboard?.open(guard, metrics?.handler);
    const http = await openHttpDoor(gateway, dashboard, settings, tls);
    doors.push(http);
    if (worker !== undefined) metrics?.whenMade((made) => worker.measure(made));
    // The primary process adds up the metrics of its workers and serves them.
    const isMeasuredHere = settings.metrics !== undefined && worker === undefined;
    const measured = isMeasuredHere && metrics ? await openMetricsDoor(metrics.handler, settings.metrics) : undefined;
    if (measured) doors.push(measured);
    webhooks = await settings.webhooks?.open(store, logger);
    const parts = { doors: { grpc, http }, watches, audit, webhooks };
    metrics?.whenMade((made) => measure(made, parts));
    const dashboardUrl = dashboard && `${tls ? 'https' : 'http'}://${formatAddress(http.address)}${dashboard.basePath}`;
    announce(settings, tls, { grpc, http, dashboardUrl });
    const release = async (): Promise<void> => {
      tls?.close();
      await audit?.close();
      await rates?.close();
      await openGuard.close();
    };
    const stop = async (): Promise<void> => webhooks?.close();
    return new OpenServer(settings, service, { stop, release }, { grpc, http, measured, dashboardUrl });
  } catch (error) {
    for (const door of doors) door.cut();
    tls?.close();
    await webhooks?.close();
    await audit?.close();
    await rates?.close();
    if (ownsStore) await store.close();
    await openGuard.close();
    throw error;
  }
}

/** Loads the makers of the spans of calls and of requests. */
async function loadTracing() {
  const [{ tracing: calls }, { tracing: requests }] = await Promise.all([
    import('@cfg/service/tracing'),
    import('@cfg/gateway/tracing'),
  ]);
  return { calls, requests };
}

async function openTls(settings: ServerSettings): Promise<LiveTls | undefined> {
  const { tls, tlsFiles, isSelfSigned, grpc, http, logger } = settings;
  if (!isSelfSigned) return tls && new LiveTls(tls, tlsFiles, logger);
  const made = await selfSigned([grpc.host, http.host]);
  const { fingerprint256 } = made;
  logger.warn(
    { fingerprint256 },
    'the certificate is self-signed: clients can tell this server from an impostor by its fingerprint only',
  );
  return new LiveTls(made, {}, logger);
}

function announce(
  { guard, dashboard, logger }: ServerSettings,
  tls: LiveTls | undefined,
  { grpc, http, dashboardUrl }: Omit<Doors, 'measured'>,
): void {
  const secured = { tls: tls !== undefined, clientCertificates: tls?.clientCa !== undefined };
  logger.info({ address: formatAddress(grpc.address), ...secured }, 'gRPC door open');
  logger.info({ address: formatAddress(http.address), ...secured }, 'HTTP door open');
  if (dashboardUrl !== undefined) logger.info({ url: dashboardUrl, auth: dashboard?.kind }, 'dashboard open');
  if (!guard.isOpen) return;
  const everybody = [grpc, http].every(({ address }) => isLoopback(address))
    ? 'everybody on this machine'
    : 'everybody';
  logger.warn({}, `no guard: ${everybody} may read and change everything`);
}

/** The doors of a server, which close in this order: the HTTP door ends its streams itself, before their watches fail. */
interface Doors {
  readonly http: Door;
  readonly grpc: Door;
  readonly measured: Door | undefined;
  readonly dashboardUrl: string | undefined;
}

/** The other parts to close: those that read the store before it is closed, and the rest afterwards. */
interface Ends {
  stop(): Promise<void>;
  release(): Promise<void>;
}

class OpenServer implements RunningServer {
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly metricsAddress: string | undefined;
  readonly dashboardUrl: string | undefined;
  readonly #settings: ServerSettings;
  readonly #service: ConfigService;
  readonly #ends: Ends;
  readonly #doors: readonly Door[];
  #closed: Promise<void> | undefined;

  constructor(settings: ServerSettings, service: ConfigService, ends: Ends, doors: Doors) {
    const { http, grpc, measured, dashboardUrl } = doors;
    this.#settings = settings;
    this.#service = service;
    this.#ends = ends;
    this.#doors = [http, grpc, ...(measured ? [measured] : [])];
    this.metricsAddress = measured && formatAddress(measured.address);
    this.dashboardUrl = dashboardUrl;
    this.grpcAddress = formatAddress(grpc.address);
    this.httpAddress = formatAddress(http.address);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { graceMs, logger, store, ownsStore } = this.#settings;
    logger.info({ graceMs }, 'draining');
    const drained = Promise.all(this.#doors.map((door) => door.drain()));
    this.#service.drain();
    if (!(await isDoneWithin(drained, graceMs))) {
      logger.warn({ graceMs }, 'calls took longer than the grace period and are cut off');
      for (const door of this.#doors) door.cut();
    }
    await this.#ends.stop();
    if (ownsStore) await store.close();
    await this.#ends.release();
    logger.info({}, 'closed');
  }
}
