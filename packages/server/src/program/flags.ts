import type { ServerOptions } from '../options.js';

/** The settings that can be made on the command line, in the environment or in a file. */
export interface Settings extends Omit<ServerOptions, 'store' | 'guard' | 'logger'> {
  readonly store?: string | undefined;
  readonly guard?: string | undefined;
}

export type SettingName = keyof Settings;

/** One setting: `--max-value-bytes`, `CFG_MAX_VALUE_BYTES`, `max-value-bytes: …` in a file. */
export interface Flag {
  readonly setting: SettingName;
  /** Without the dashes; also the key in a file. */
  readonly name: string;
  readonly kind: 'text' | 'number' | 'switch';
  /** The placeholder of the value in the help. */
  readonly value: string;
  readonly help: string;
  /** Not a flag, for other users of the machine see those: only a variable and a key of the file. */
  readonly isSecret?: boolean;
}

export const flags: readonly Flag[] = [
  text('grpc', 'HOST:PORT', 'where the gRPC door opens; port 0 takes a free one (127.0.0.1:9090)'),
  text(
    'grpcDoor',
    'DOOR',
    'fast, our own gRPC server, or nice, that of nice-grpc, which lacks limits: on the loopback only (fast)',
  ),
  text('http', 'HOST:PORT', 'where the HTTP door opens: REST and server-sent events (127.0.0.1:8080)'),
  text('metrics', 'HOST:PORT', 'where GET /metrics is served, for Prometheus (nowhere)'),
  { ...text('tracing', '', 'make OpenTelemetry spans, for an SDK that the process has loaded'), kind: 'switch' },
  text('store', 'STORE', 'memory, which forgets, sqlite:PATH or postgres://…, which keep (memory)'),
  number('history', 'N', 'versions kept of each key (100)'),
  number('historyDays', 'N', 'replaced versions are kept for so many days (0: as long as there is room)'),
  number('logLimit', 'N', 'changes kept for watchers that resume (100000)'),
  number('logDays', 'N', 'changes are kept in the log for so many days (0: as long as there is room)'),
  number('deletedDays', 'N', 'deleted keys are remembered for so many days at least; 0: for ever (30)'),
  number('trailDays', 'N', 'who wrote what is remembered for so many days at least, in SQL; 0: for ever (90)'),
  text('searchIndex', 'on|off', 'whether a file or database has an index for searches (as it has it; a new one: on)'),
  text('storeReplicas', 'URL,…', 'replicas of a PostgreSQL store that answer reads, with commas (none)'),
  number('maxStalenessMs', 'N', 'how old an answer of a replica may be (1000)'),
  { ...text('storePooled', '', 'a PostgreSQL store is reached by PgBouncer in transaction mode'), kind: 'switch' },
  text('storeListen', 'URL', 'the PostgreSQL store itself, past a pooler, to hear of changes (as --store)'),
  number('storeConnections', 'N', 'connections of a PostgreSQL store for reads (10)'),
  number('storeTimeoutMs', 'N', 'how long a statement of a PostgreSQL store may take (10000)'),
  text('durability', 'LEVEL', 'full: a SQLite write is on the disk when it is answered; relaxed: soon after (full)'),
  text('guard', 'GUARD', 'allow-all, deny-all, rbac:FILE or opa:FILE|DIR|URL (none: open, on the loopback only)'),
  text('opaEntrypoint', 'RULE', 'the rule of the policy that decides (config/authz/allow)'),
  text('opaToken', 'TOKEN', 'shown to the URL of the policy'),
  text('opaBundleKey', 'FILE', 'public key that the policy must be signed by, PEM'),
  text('jwtKeys', 'URL|FILE', 'what tokens are verified by: a JSON web key set, or a public key in PEM'),
  text('jwtIssuer', 'ISSUER', 'who must have issued them'),
  text('jwtAudience', 'NAME', 'whom they must be for'),
  text('cluster', 'URL', 'how the nodes of a cluster talk: redis://… or memberlist://HOST:PORT (none: no cluster)'),
  text('nodeId', 'NAME', "this node's name in the cluster (the host's)"),
  text('advertise', 'HOST:PORT', 'where the other nodes reach the gRPC door'),
  text('join', 'HOST:PORT,…', 'gossip addresses of other nodes, for memberlist'),
  text('clusterKeyFile', 'FILE', 'key of the gossip: 16, 24 or 32 bytes in hex'),
  number('clusterFollowers', 'N', 'nodes that keep a copy of each namespace, for when its node is gone (1)'),
  number('clusterHeartbeatMs', 'N', 'how often a node says that it is there (5000)'),
  text('clusterCa', 'FILE', "who signs the other nodes' certificates, PEM (those of tls-client-ca, or the system's)"),
  text('clusterClaims', 'TABLE', 'sqlite:PATH or postgres://…: where claims are recorded, for all nodes (nowhere)'),
  text('clusterToken', 'TOKEN', 'what this node shows to the others'),
  text('secrets', 'KEY', 'seal secrets by the key in file:PATH, env:NAME or vault:https://HOST/MOUNT/KEY (none)'),
  text('secretKeys', 'LIST', 'further secrets: NAMESPACE or NAMESPACE/PREFIX, with commas (those of codec secret)'),
  { ...text('dashboard', '', 'serve the dashboard below /dashboard/ (true; --no-dashboard: not)'), kind: 'switch' },
  text('dashboardAuth', 'KIND', 'hmac: a passphrase, bearer: a token, none (none; bearer with a guard)'),
  text('dashboardPassphraseFile', 'FILE', 'the passphrase of hmac; or CFG_DASHBOARD_PASSPHRASE'),
  text('dashboardSecretFile', 'FILE', 'what its sessions are signed with, 32 bytes; or CFG_DASHBOARD_SECRET (random)'),
  { ...text('dashboardPassphrase', '', ''), isSecret: true },
  { ...text('dashboardSecret', '', ''), isSecret: true },
  text('dashboardUser', 'NAME', 'who its sessions are to the guard (dashboard)'),
  { ...text('iKnowThisIsOpen', '', 'open to everybody, or without limits, and on any address'), kind: 'switch' },
  text('tls', 'self-signed', 'secure both doors with a certificate made at the start, for a first try'),
  text('tlsCert', 'FILE', 'certificate of both doors, PEM'),
  text('tlsKey', 'FILE', 'its key, PEM'),
  text('tlsClientCa', 'FILE', 'demand client certificates signed by this one, PEM'),
  number('maxValueBytes', 'N', 'largest value (1048576)'),
  number('maxSnapshotEntries', 'N', 'most entries of a snapshot (10000)'),
  text('audit', 'WHERE', 'log, sqlite:PATH or postgres://…: who wrote what (only in the log of the store)'),
  { ...text('auditRefusals', '', 'also who was refused what'), kind: 'switch' },
  { ...text('auditSignIns', '', 'also the first call of a user from an address'), kind: 'switch' },
  { ...text('auditRestores', '', 'also restores as such'), kind: 'switch' },
  number('auditDays', 'N', 'how long a table of --audit keeps its events (for ever)'),
  text('webhooks', 'FILE', 'who is told of changes by signed requests, YAML (nobody)'),
  number('rate', 'N', 'calls per second of one client (no limit)'),
  number('burst', 'N', 'calls of one client at once (twice the rate)'),
  text('rateStore', 'URL', 'redis://… or postgres://…: where servers that share a limit count together (each alone)'),
  text('trustedProxies', 'LIST', 'addresses and ranges whose x-forwarded-for is believed, with commas (none)'),
  text('allowedOrigins', 'LIST', 'origins of foreign web pages that may send requests, with commas (none)'),
  text('allowedHosts', 'LIST', 'names of the HTTP door, with commas (all; of an open server only localhost)'),
  number('workers', 'N', 'processes that share the doors, for a machine of several cores; not with memory (1)'),
  number('maxConnections', 'N', 'connections of each door (10000)'),
  number('maxConnectionsPerHost', 'N', 'those of one host (1000)'),
  number('maxWatchesPerClient', 'N', 'watches and streams of events of one client (10000)'),
  number('maxUnsentBytes', 'N', 'answers of each door that wait for their callers to read (268435456)'),
  number('graceMs', 'N', 'how long calls may take to finish at the end (10000)'),
  number('keepAliveMs', 'N', 'how long an idle HTTP connection stays open (72000)'),
  text('logLevel', 'LEVEL', 'debug, info, warn, error or silent (info)'),
];

/** The variable of the environment for a flag's name. */
export const variableOf = (name: string): string => `CFG_${name.toUpperCase().replaceAll('-', '_')}`;

function text(setting: SettingName, value: string, help: string): Flag {
  const name = setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return { setting, name, kind: 'text', value, help };
}

function number(setting: SettingName, value: string, help: string): Flag {
  return { ...text(setting, value, help), kind: 'number' };
}
