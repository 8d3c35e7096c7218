import {
  type CodecRegistry,
  ConfigError,
  defaultCodecs,
  type Logger,
  maxInt32,
  safeLogger,
  wholeNumber,
} from '@cfg/core';
import { denyAll, type Guard } from './guard.js';

/** Numbers are whole, at least 1 unless 0 is said to be fine, and at most 2³¹ − 1. */
export interface ConfigServiceOptions {
  /** Who may do what. Default {@link denyAll}: nobody anything. */
  readonly guard?: Guard;
  /** Default: silent. */
  readonly logger?: Logger;
  /** The codecs whose values are checked and typed; others pass as opaque bytes. Default: json, secret, toml, yaml. */
  readonly codecs?: CodecRegistry;
  /** Largest value of a Set, in bytes. Default 1 MiB. */
  readonly maxValueBytes?: number;
  /** Most entries of a Snapshot, a List or GetVersions; more are RESOURCE_EXHAUSTED. Default 10,000. */
  readonly maxSnapshotEntries?: number;
  /** Most namespaces, and most prefixes, of a Watch. Default 100. */
  readonly maxWatchFilters?: number;
  /** Namespaces of a page where the request does not say. Default 50. */
  readonly namespacePageSize?: number;
  /** Most namespaces of a page, whatever the request says. Default 500. */
  readonly maxNamespacePageSize?: number;
  /** How long the namespaces of a store that only has statistics are kept, in milliseconds. Default 30,000; 0: not. */
  readonly statsCacheMs?: number;
  /** How long the guard may take for one answer, in milliseconds. Default 5,000. */
  readonly guardTimeoutMs?: number;
  /** Roughly how much memory encoded snapshots may take, in bytes. Default 64 MiB; 0: none are kept. */
  readonly snapshotCacheBytes?: number;
  /** Roughly how much memory encoded entries and changes may take, in bytes. Default 32 MiB; 0: none are kept. */
  readonly encodedCacheBytes?: number;
}

/** The options, complete and checked. */
export interface ServiceSettings extends Required<ConfigServiceOptions> {
  /** Whether there is anyone to read the log of calls. */
  readonly logsCalls: boolean;
}

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
    codecs,
    maxValueBytes: wholeNumber('maxValueBytes', options.maxValueBytes ?? 1024 * 1024, 1, maxInt32),
    maxSnapshotEntries: wholeNumber('maxSnapshotEntries', options.maxSnapshotEntries ?? 10_000, 1, maxInt32),
    maxWatchFilters: wholeNumber('maxWatchFilters', options.maxWatchFilters ?? 100, 1, maxInt32),
    namespacePageSize: wholeNumber('namespacePageSize', options.namespacePageSize ?? 50, 1, maxInt32),
    maxNamespacePageSize: wholeNumber('maxNamespacePageSize', options.maxNamespacePageSize ?? 500, 1, maxInt32),
    statsCacheMs: wholeNumber('statsCacheMs', options.statsCacheMs ?? 30_000, 0, maxInt32),
    guardTimeoutMs: wholeNumber('guardTimeoutMs', options.guardTimeoutMs ?? 5_000, 1, maxInt32),
    snapshotCacheBytes: wholeNumber('snapshotCacheBytes', options.snapshotCacheBytes ?? 64 * 1024 * 1024, 0, maxInt32),
    encodedCacheBytes: wholeNumber('encodedCacheBytes', options.encodedCacheBytes ?? 32 * 1024 * 1024, 0, maxInt32),
  };
}
