import { ConfigError } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import { listOf } from './list.js';
import { chooseRateStore, type RateStoreChoice } from './rate-store-choice.js';

/** The limits on the server's callers. */
export interface LimitOptions {
  /** Calls per second of one client (its address; IPv6 by its first 64 bits). Default: no limit. */
  readonly rate?: number | undefined;
  /** Calls that one client may make at once, with {@link rate}. Default twice the rate. */
  readonly burst?: number | undefined;
  /**
   * Addresses and ranges of proxies, with commas: of what comes from them, the client is who they name in
   * `x-forwarded-for`. Default: none is believed.
   */
  readonly trustedProxies?: string | undefined;
  /**
   * `redis://…` or `postgres://…`: where servers that share a limit count together. Default: each server counts its own
   * calls, as all do while it is away.
   */
  readonly rateStore?: string | undefined;
  /** Connections of each door at a time. Default 10,000; at least 1. */
  readonly maxConnections?: number | undefined;
  /** Those of one host (IPv6 by its first 64 bits) at each door, {@link trustedProxies} apart. Default 1,000; at least 1. */
  readonly maxConnectionsPerHost?: number | undefined;
  /** Watches and streams of events of one client at a time. Default 10,000; at least 1. */
  readonly maxWatchesPerClient?: number | undefined;
  /**
   * The bytes that unread answers may take together at each door; bytes that many answers share count
   * once. More are RESOURCE_EXHAUSTED. Default 256 MiB; at least 1.
   */
  readonly maxUnsentBytes?: number | undefined;
}

/** {@link LimitOptions}, complete and checked. */
export interface LimitSettings {
  readonly rateLimit: RateSettings | undefined;
  readonly trustedProxies: readonly string[];
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
  readonly maxWatchesPerClient: number;
  readonly maxUnsentBytes: number;
}

/** How many calls a client may make. */
export interface RateSettings {
  readonly rate: number;
  readonly burst: number;
  readonly trustedProxies: readonly string[];
  /** Where servers count together. */
  readonly store: RateStoreChoice | undefined;
}

/** Throws `invalid_argument`, naming the option. */
export function completeLimits(options: LimitOptions, nameOf: (option: keyof LimitOptions) => string): LimitSettings {
  const whole = (option: NumericOption, standard: number): number =>
    wholeNumber(nameOf(option), options[option] ?? standard, 1, maxInt32);
  const { rate, burst, rateStore } = options;
  const trustedProxies = listOf(options.trustedProxies);
  for (const option of ['burst', 'rateStore'] as const) {
    if (rate === undefined && options[option] !== undefined) {
      throw new ConfigError('invalid_argument', `${nameOf(option)} needs ${nameOf('rate')} as well`);
    }
  }
  const counted = rate !== undefined && {
    rate: whole('rate', rate),
    burst: whole('burst', burst ?? rate * 2),
    trustedProxies,
    store: rateStore === undefined ? undefined : chooseRateStore(rateStore, nameOf('rateStore')),
  };
  return {
    rateLimit: counted || undefined,
    trustedProxies,
    maxConnections: whole('maxConnections', 10_000),
    maxConnectionsPerHost: whole('maxConnectionsPerHost', 1_000),
    maxWatchesPerClient: whole('maxWatchesPerClient', 10_000),
    maxUnsentBytes: whole('maxUnsentBytes', 256 * 1024 * 1024),
  };
}

type NumericOption =
  | 'rate'
  | 'burst'
  | 'maxConnections'
  | 'maxConnectionsPerHost'
  | 'maxWatchesPerClient'
  | 'maxUnsentBytes';
