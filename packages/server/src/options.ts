import { ConfigError, type Logger, type Store, safeLogger } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import type { Guard } from '@cfg/service';
import { type Address, isLoopback, parseAddress } from './address.js';
import { type AuditChoice, type AuditSettings, chooseAudit } from './audit-choice.js';
import { type ClusterChoice, type ClusterNode, clusterNode } from './cluster-choice.js';
import { chooseDashboard, type DashboardChoice } from './dashboard-choice.js';
import type { DashboardOptions } from './dashboard-options.js';
import { type GrpcDoorKind, grpcDoors } from './grpc-door.js';
import { niceLacks } from './grpc-settings.js';
import { chooseGuard } from './guard-choice.js';
import type { GuardChoice } from './guard-kind.js';
import { completeLimits, type LimitOptions, type LimitSettings } from './limit-options.js';
import { listOf } from './list.js';
import { createLog, type LogLevel } from './log.js';
import { chooseSecrets, type SecretsChoice } from './secrets-choice.js';
import { chooseStore, type StoreOptions } from './store-choice.js';
import { readTls, type Tls, type TlsFiles } from './tls.js';
import { chooseWebhooks, type WebhooksChoice } from './webhooks-choice.js';
import { WorkerLink } from './workers/worker-link.js';
import { type WorkersOptions, workersOf } from './workers/workers-choice.js';

export interface ServerOptions
  extends StoreOptions,
    TlsFiles,
    ClusterChoice,
    DashboardOptions,
    SecretsChoice,
    AuditSettings,
    LimitOptions,
    WorkersOptions {
  /** Where the gRPC door opens, `host:port`; port 0 takes a free one. Default `127.0.0.1:9090`. */
  readonly grpc?: string | undefined;
  /**
   * The implementation of the gRPC door: `fast`, our own server, or `nice`, nice-grpc's, which lacks the limits that hold
   * strangers off, and therefore opens on the loopback only. Default `fast`.
   */
  readonly grpcDoor?: GrpcDoorKind | undefined;
  /** Where `GET /metrics` is served, for Prometheus, to whoever asks. Default: nowhere, and nothing is measured. */
  readonly metrics?: string | undefined;
  /**
   * Whether each call and each request is a span of OpenTelemetry, which goes where the process has set OpenTelemetry up to
   * send it (`node --import ./telemetry.js`), or else nowhere. Default false.
   */
  readonly tracing?: boolean | undefined;
  /**
   * `self-signed`: both doors are secured with a certificate that is made at the start and that nobody vouches for; its
   * fingerprint is logged. For a first try on a network. Default: {@link tlsCert}, if there is one.
   */
  readonly tls?: string | undefined;
  /** Where the HTTP door (REST and server-sent events) opens. Default `127.0.0.1:8080`. */
  readonly http?: string | undefined;
  /**
   * Who may do what: `allow-all`, `deny-all`, `rbac:` with the file of a policy by roles, `opa:` with the file, folder or
   * URL of a policy of OPA, or a guard of your own, which stays yours to close. Without one, everybody may do everything,
   * and so both doors must be on the loopback.
   */
  readonly guard?: string | Guard | undefined;
  /** The rule that decides, for a guard `opa:`. Default `config/authz/allow`. */
  readonly opaEntrypoint?: string | undefined;
  /** The token that the URL of a guard `opa:` is asked with. */
  readonly opaToken?: string | undefined;
  /** The file of the public key, PEM, that the bundles of a guard `opa:` must be signed by. */
  readonly opaBundleKey?: string | undefined;
  /**
   * The keys that verify tokens, for a guard `opa:`: the URL of a JSON web key set, or the file of a public key, PEM.
   * Without it a token is believed as it is, which is right only behind something that verifies it.
   */
  readonly jwtKeys?: string | undefined;
  /** The issuer that tokens must name; with {@link jwtKeys}. */
  readonly jwtIssuer?: string | undefined;
  /** The audience that tokens must name; with {@link jwtKeys}. */
  readonly jwtAudience?: string | undefined;
  /**
   * Lets a server that is open to everybody, or whose gRPC door is `nice`, listen on other addresses than the loopback.
   * Default false.
   */
  readonly iKnowThisIsOpen?: boolean | undefined;
  /** How long `close()` waits for calls that are under way, in milliseconds. Default 10,000; at least 0. */
  readonly graceMs?: number | undefined;
  /**
   * How long an idle connection of the HTTP door stays open, in milliseconds. Default 72,000, longer than load balancers
   * keep theirs, so that none sends a request into a connection that is being closed. 0: for ever.
   */
  readonly keepAliveMs?: number | undefined;
  /** The largest value, in bytes. Default 1 MiB; at least 1, at most 32 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** Most entries of a snapshot, and of a list or a history without a limit. Default 10,000; at least 1. */
  readonly maxSnapshotEntries?: number | undefined;
  /**
   * A YAML file of who is told of changes by signed requests, and of where it is kept how far each has come. Default:
   * nobody is.
   */
  readonly webhooks?: string | undefined;
  /** Origins of web pages that may send requests beside the server's own, with commas; `*`: all. Default: none. */
  readonly allowedOrigins?: string | undefined;
  /**
   * Names under which the HTTP door may be addressed, with commas; addresses and localhost always are. Default: all, of
   * a server with a guard; none, of an open one.
   */
  readonly allowedHosts?: string | undefined;
  /** Told where the doors are, of calls and of faults. Default: a log on stdout, as {@link logLevel} says. */
  readonly logger?: Logger | undefined;
  /** How much is logged on stdout, where no {@link logger} is given. Default `silent`. */
  readonly logLevel?: LogLevel | undefined;
}

/** {@link ServerOptions}, complete and checked. Nothing is open yet. */
export interface ServerSettings extends LimitSettings {
  readonly grpc: Address;
  readonly grpcDoor: GrpcDoorKind;
  readonly http: Address;
  readonly metrics: Address | undefined;
  readonly tracing: boolean;
  readonly store: Store;
  /** The store of this node itself: in a cluster, {@link store} stands for all nodes. */
  readonly localStore: Store;
  /** Of a node of a cluster. */
  readonly node: ClusterNode | undefined;
  /** Its name in logs. */
  readonly storeName: string;
  readonly ownsStore: boolean;
  readonly workers: number;
  /** Of a worker process: its way to the primary one. */
  readonly worker: WorkerLink | undefined;
  readonly guard: GuardChoice;
  readonly dashboard: DashboardChoice | undefined;
  readonly tls: Tls | undefined;
  readonly tlsFiles: TlsFiles;
  readonly isSelfSigned: boolean;
  readonly graceMs: number;
  readonly keepAliveMs: number;
  readonly maxValueBytes: number;
  readonly maxSnapshotEntries: number;
  readonly audit: AuditChoice | undefined;
  readonly webhooks: WebhooksChoice | undefined;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[] | undefined;
  readonly logger: Logger;
}

/**
 * Rejects with `invalid_argument`, naming the option. Loads what the options choose: the package of a store or of a
 * cluster that nobody asked for costs no time at the start.
 *
 * @param nameOf what the user calls an option: a flag, a variable, a key of a file
 */
export async function completeOptions(
  options: ServerOptions,
  nameOf: (option: keyof ServerOptions) => string = (option) => option,
): Promise<ServerSettings> {
  const whole = (option: NumericOption, standard: number, least: number, most = maxInt32): number =>
    wholeNumber(nameOf(option), options[option] ?? standard, least, most);
  const logger = safeLogger(options.logger ?? (await createLog(options.logLevel ?? 'silent', nameOf('logLevel'))));
  const worker = WorkerLink.ofThisProcess();
  const grpc = addressOf(worker?.doors?.grpc ?? options.grpc ?? '127.0.0.1:9090', nameOf('grpc'));
  const http = addressOf(worker?.doors?.http ?? options.http ?? '127.0.0.1:8080', nameOf('http'));
  if (grpc.port !== 0 && grpc.port === http.port && grpc.host === http.host) {
    throw wrong(`${nameOf('grpc')} and ${nameOf('http')} are the same address, ${options.grpc ?? options.http}`);
  }
  const chosenGuard = chooseGuard(options, nameOf, logger);
  const surroundings = {
    isOpen: chosenGuard.isOpen,
    isChosen: options.guard !== undefined,
    isExposed: !isLoopback(http) && options.iKnowThisIsOpen !== true,
    hasCertificates: options.tlsClientCa !== undefined,
  };
  const dashboard = chooseDashboard(options, surroundings, nameOf, logger);
  const guard = dashboard?.isOnlyWay ? { ...chosenGuard, isOpen: false } : chosenGuard;
  if (guard.isOpen && options.iKnowThisIsOpen !== true) {
    const anyway = nameOf('iKnowThisIsOpen');
    if (!isLoopback(grpc)) throw exposed(nameOf('grpc'), grpc, anyway);
    if (!isLoopback(http)) throw exposed(nameOf('http'), http, anyway);
  }
  const grpcDoor = grpcDoorOf(options.grpcDoor ?? 'fast', nameOf('grpcDoor'));
  if (grpcDoor === 'nice' && !isLoopback(grpc) && options.iKnowThisIsOpen !== true) {
    throw wrong(
      `${nameOf('grpc')}: the door nice is for the loopback, behind a proxy: ${niceLacks}; ` +
        `choose another ${nameOf('grpcDoor')}, or set ${nameOf('iKnowThisIsOpen')}`,
    );
  }
  const tls = readTls(options, nameOf);
  const isSelfSigned = selfSignedOf(options, nameOf);
  if (isSelfSigned && options.cluster !== undefined) {
    throw wrong(`${nameOf('tls')}: the nodes of a cluster cannot know each other by self-signed certificates`);
  }
  const secrets = chooseSecrets(options, nameOf, logger);
  const chosen = await chooseStore({ ...options, wakes: worker?.wakes, logId: worker?.logId }, secrets, nameOf, logger);
  const workers = workersOf(options, chosen.storeName, nameOf);
  const node = await clusterNode(chosen.store, options, nameOf, tls, logger);
  return {
    grpc,
    grpcDoor,
    http,
    metrics: options.metrics === undefined ? undefined : addressOf(options.metrics, nameOf('metrics')),
    tracing: options.tracing ?? false,
    ...chosen,
    localStore: chosen.store,
    store: node?.store ?? chosen.store,
    node,
    workers,
    worker,
    ownsStore: typeof options.store !== 'object',
    guard,
    dashboard,
    tls,
    tlsFiles: { tlsCert: options.tlsCert, tlsKey: options.tlsKey, tlsClientCa: options.tlsClientCa },
    isSelfSigned,
    graceMs: whole('graceMs', 10_000, 0),
    keepAliveMs: whole('keepAliveMs', 72_000, 0),
    maxValueBytes: whole('maxValueBytes', 1024 * 1024, 1, 32 * 1024 * 1024),
    maxSnapshotEntries: whole('maxSnapshotEntries', 10_000, 1),
    audit: chooseAudit(options, nameOf),
    webhooks: options.webhooks === undefined ? undefined : chooseWebhooks(options.webhooks, nameOf('webhooks')),
    ...completeLimits(options, nameOf),
    allowedOrigins: listOf(options.allowedOrigins),
    allowedHosts: options.allowedHosts === undefined && !guard.isOpen ? undefined : listOf(options.allowedHosts),
    logger,
  };
}

type NumericOption = 'graceMs' | 'keepAliveMs' | 'maxValueBytes' | 'maxSnapshotEntries';

function selfSignedOf({ tls, tlsCert }: ServerOptions, nameOf: (option: keyof ServerOptions) => string): boolean {
  if (tls === undefined) return false;
  if (tls !== 'self-signed') throw wrong(`${nameOf('tls')} must be self-signed, not ${JSON.stringify(tls)}`);
  if (tlsCert !== undefined) throw wrong(`${nameOf('tls')} and ${nameOf('tlsCert')} do not go together`);
  return true;
}

function addressOf(text: string, name: string): Address {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw wrong(`${name} must be host:port, as in 127.0.0.1:9090 or [::1]:9090, not ${JSON.stringify(text)}`);
}

function grpcDoorOf(kind: string, name: string): GrpcDoorKind {
  const known = grpcDoors.find((door) => door === kind);
  if (known === undefined) throw wrong(`${name} must be ${grpcDoors.join(' or ')}, not ${JSON.stringify(kind)}`);
  return known;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);

const exposed = (name: string, { host }: Address, anyway: string): ConfigError =>
  wrong(
    `${name}: whoever reaches ${host} could read and change everything, as there is no guard that forbids it; ` +
      `choose one, or set ${anyway}`,
  );
