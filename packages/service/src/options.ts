import { type CodecRegistry, ConfigError, defaultCodecs, type Logger, safeLogger } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import { maxMessageBytes } from '@cfg/proto';
import type { AuditTrail } from './audit/trail.js';
import { denyAll } from './guards/deny-all.js';
import type { Guard } from './guards/guard.js';
import type { Stage } from './middleware/stage.js';
import { type RateLimitOptions, rateLimit } from './rate-limit/rate-limit.js';

/** Numbers are whole, from 1 (from 0 where 0 is explained) to 2³¹ − 1. */
export interface ConfigServiceOptions {
  /** Who may do what. Default {@link denyAll}: nobody anything. */
  readonly guard?: Guard | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** The codecs whose values are checked and typed; others pass as opaque bytes. Default: json, secret, toml, yaml. */
  readonly codecs?: CodecRegistry | undefined;
  /** Largest value of a Set, in bytes. Default 1 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** Most entries of a Snapshot, a List or GetVersions; more are RESOURCE_EXHAUSTED. Default 10,000. */
  readonly maxSnapshotEntries?: number | undefined;
  /**
   * Largest page of a List or of GetVersions whose caller gave a limit, in bytes of values; a page has at least one
   * entry. Default 16 MiB; at most 64 MiB. Without a limit, and for a Snapshot, it is 64 MiB: the largest message.
   */
  readonly maxPageBytes?: number | undefined;
  /** Most namespaces, and most prefixes, of a Watch. Default 100. */
  readonly maxWatchFilters?: number | undefined;
  /** Namespaces of a page where the request does not say. Default 50. */
  readonly namespacePageSize?: number | undefined;
  /** Most namespaces of a page, whatever the request says. Default 500. */
  readonly maxNamespacePageSize?: number | undefined;
  /** How long the namespaces of a store that only has statistics are kept, in milliseconds. Default 30,000; 0: not. */
  readonly statsCacheMs?: number | undefined;
  /** How long the guard may take to return an answer, in milliseconds. Default 5,000. */
  readonly guardTimeoutMs?: number | undefined;
  /** Roughly how much memory encoded snapshots may take, in bytes. Default 64 MiB; 0: none are kept. */
  readonly snapshotCacheBytes?: number | undefined;
  /** Roughly how much memory encoded entries and changes may take, in bytes. Default 32 MiB; 0: none are kept. */
  readonly encodedCacheBytes?: number | undefined;
  /** How many calls a client may make. Default: no limit. */
  readonly rateLimit?: RateLimitOptions | undefined;
  /**
   * The records that ListAudit reads: the table of a `sqlAuditor`, say, which may have more than writes, and for longer. Default: the
   * store's log, if it has one.
   */
  readonly auditTrail?: AuditTrail | undefined;
  /** Stages of your own, which every call goes through, whatever door it comes by. Default: none. */
  readonly stages?: ServiceStages | undefined;
}

/** Stages of your own, each list in the order in which a call enters them. */
export interface ServiceStages {
  /** Around everything: they also see calls that are refused because the caller is not authenticated. */
  readonly outer?: readonly Stage[] | undefined;
  /** After authentication: they see who calls, and can refuse before the guard and the store are asked. */
  readonly authenticated?: readonly Stage[] | undefined;
}

/** The options, complete and checked. */
export interface ServiceSettings
  extends Required<{ [K in keyof Omit<Options, 'rateLimit' | 'auditTrail'>]: NonNullable<Options[K]> }> {
  readonly stages: { readonly outer: readonly Stage[]; readonly authenticated: readonly Stage[] };
  readonly auditTrail: AuditTrail | undefined;
  /** Whether there is anyone to read the log of calls. */
  readonly logsCalls: boolean;
}

type Options = ConfigServiceOptions;

/** Throws `invalid_argument`, naming the option. */
export function completeOptions(options: ConfigServiceOptions): ServiceSettings {
  const { guard = denyAll(), logger, codecs = defaultCodecs() } = options;
  if (typeof guard.authenticate !== 'function' || typeof guard.authorize !== 'function') {
    throw new ConfigError('invalid_argument', 'guard must have the functions authenticate and authorize');
  }
  return {
    guard,
    logger: safeLogger(logger),
    logsCalls: logger !== undefined,
    auditTrail: options.auditTrail,
    stages: stagesOf(options),
    codecs,
    maxValueBytes: wholeNumber('maxValueBytes', options.maxValueBytes ?? 1024 * 1024, 1, maxInt32),
    maxSnapshotEntries: wholeNumber('maxSnapshotEntries', options.maxSnapshotEntries ?? 10_000, 1, maxInt32),
    maxPageBytes: wholeNumber('maxPageBytes', options.maxPageBytes ?? 16 * 1024 * 1024, 1, maxMessageBytes),
    maxWatchFilters: wholeNumber('maxWatchFilters', options.maxWatchFilters ?? 100, 1, maxInt32),
    namespacePageSize: wholeNumber('namespacePageSize', options.namespacePageSize ?? 50, 1, maxInt32),
    maxNamespacePageSize: wholeNumber('maxNamespacePageSize', options.maxNamespacePageSize ?? 500, 1, maxInt32),
    statsCacheMs: wholeNumber('statsCacheMs', options.statsCacheMs ?? 30_000, 0, maxInt32),
    guardTimeoutMs: wholeNumber('guardTimeoutMs', options.guardTimeoutMs ?? 5_000, 1, maxInt32),
    snapshotCacheBytes: wholeNumber('snapshotCacheBytes', options.snapshotCacheBytes ?? 64 * 1024 * 1024, 0, maxInt32),
    encodedCacheBytes: wholeNumber('encodedCacheBytes', options.encodedCacheBytes ?? 32 * 1024 * 1024, 0, maxInt32),
  };
}

/** The stages with the rate limit in its place: before authentication where it does not ask who calls. */
function stagesOf({ stages = {}, rateLimit: limit, logger }: ConfigServiceOptions): ServiceSettings['stages'] {
  const { outer = [], authenticated = [] } = stages;
  if (limit === undefined) return { outer, authenticated };
  const stage = rateLimit({ logger, ...limit });
  const isBefore = limit.client === undefined || limit.client === 'host';
  return isBefore ? { outer: [...outer, stage], authenticated } : { outer, authenticated: [stage, ...authenticated] };
}
