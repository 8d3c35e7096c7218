import { createInProcessGateway } from '@cfg/gateway';
import { originStage, peeringService, SyncStore } from '@cfg/peersync';
import { type ConfigService, createConfigService } from '@cfg/service';
import { formatAddress, isLoopback } from './address.js';
import type { Door } from './door.js';
import { openGrpcDoor } from './grpc-door.js';
import type { OpenGuard } from './guard-kind.js';
import { openHttpDoor } from './http-door.js';
import { inTime } from './in-time.js';
import { completeOptions, type ServerOptions, type ServerSettings } from './options.js';

/** A server with its doors open. */
export interface RunningServer extends AsyncDisposable {
  /** `host:port`, with the port that the system chose, if it was 0. */
  readonly grpcAddress: string;
  /** `host:port`, with the port that the system chose, if it was 0. */
  readonly httpAddress: string;
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
  return serve(completeOptions(options));
}

/** As {@link startServer}, with options that are checked. */
export async function serve(settings: ServerSettings): Promise<RunningServer> {
  const { store, ownsStore, tls, logger, maxValueBytes, maxSnapshotEntries, rateLimit } = settings;
  const guard = await settings.guard.open();
  const doors: Door[] = [];
  try {
    await store.connect();
    const service = createConfigService(store, {
      guard: guard.guard,
      logger,
      maxValueBytes,
      maxSnapshotEntries,
      rateLimit,
      stages: store instanceof SyncStore ? { outer: [originStage()] } : {},
    });
    // A value comes as base64, a third longer, within a JSON object.
    const maxBodyBytes = Math.ceil(maxValueBytes * 1.4) + 64 * 1024;
    const { allowedOrigins, allowedHosts } = settings;
    const gateway = createInProcessGateway(service, { logger, maxBodyBytes, allowedOrigins, allowedHosts });
    const peering = store instanceof SyncStore ? peeringService(store.peer, service, guard.guard) : undefined;
    const grpc = await openGrpcDoor(service, settings.grpc, tls, settings.grpcDoor, logger, peering);
    doors.push(grpc);
    const http = await openHttpDoor(gateway, settings, tls);
    doors.push(http);
    announce(settings, grpc, http);
    return new OpenServer(settings, service, guard, grpc, http);
  } catch (error) {
    for (const door of doors) door.cut();
    if (ownsStore) await store.close();
    await guard.close();
    throw error;
  }
}

function announce({ guard, tls, logger }: ServerSettings, grpc: Door, http: Door): void {
  const secured = { tls: tls !== undefined, clientCertificates: tls?.clientCa !== undefined };
  logger.info({ address: formatAddress(grpc.address), ...secured }, 'gRPC door open');
  logger.info({ address: formatAddress(http.address), ...secured }, 'HTTP door open');
  if (!guard.isOpen) return;
  const everybody = [grpc, http].every(({ address }) => isLoopback(address))
    ? 'everybody on this machine'
    : 'everybody';
  logger.warn({}, `no guard: ${everybody} may read and change everything`);
}

class OpenServer implements RunningServer {
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly #settings: ServerSettings;
  readonly #service: ConfigService;
  readonly #guard: OpenGuard;
  readonly #doors: readonly Door[];
  #closed: Promise<void> | undefined;

  constructor(settings: ServerSettings, service: ConfigService, guard: OpenGuard, grpc: Door, http: Door) {
    this.#settings = settings;
    this.#service = service;
    this.#guard = guard;
    this.#doors = [http, grpc];
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
    // The HTTP door first: it ends its streams of events itself, before their watches fail.
    const drained = Promise.all(this.#doors.map((door) => door.drain()));
    this.#service.drain();
    if (!(await inTime(drained, graceMs))) {
      logger.warn({ graceMs }, 'calls took longer than the grace period and are cut off');
      for (const door of this.#doors) door.cut();
    }
    if (ownsStore) await store.close();
    await this.#guard.close();
    logger.info({}, 'closed');
  }
}
