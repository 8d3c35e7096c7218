import { ConfigError, type Logger, type ReconnectOptions, safeLogger } from '@cfg/core';
import {
  type BackoffOptions,
  checkOptions,
  completeReconnect,
  maxInt32,
  type OptionNames,
  wholeNumber,
} from '@cfg/core/store';
import type { ClientMiddleware } from 'nice-grpc-common';
import { type ConnectionOptions, type ConnectionSettings, completeConnection } from './channel/open-channel.js';
import type { ConnectionState } from './connection-state.js';
import type { BreakerOptions } from './middleware/breaker.js';

/** Why a token is asked for. */
export interface TokenRequest {
  /** The server has refused this one: another is needed. Absent: any that holds will do. */
  readonly refused?: string | undefined;
}

/**
 * A bearer token, or a function that returns one; `undefined`: none. A function is called for each try of a call, so it
 * keeps what it has, and once more where the server refuses what it returned.
 */
export type Token = string | ((request: TokenRequest) => string | undefined | Promise<string | undefined>);

export interface CircuitBreakerOptions {
  /** Calls in a row for which the server could not be reached, after which calls fail at once. Default 5; at least 1. */
  readonly failures?: number | undefined;
  /** How long they do, in milliseconds; then one call tries again. Default 30,000; at least 1. */
  readonly resetAfterMs?: number | undefined;
}

export interface RetryOptions {
  /** Maximum number of retries of a call. Default 3; from 0, which turns retries off, to 1,000. */
  readonly maxRetries?: number | undefined;
  /**
   * Longest wait before the first retry, in milliseconds, doubled with each; up to half of it is taken off at random.
   * Default 100; at least 1.
   */
  readonly initialBackoffMs?: number | undefined;
  /** Longest wait between two tries, in milliseconds. Default 5,000; at least 1. */
  readonly maxBackoffMs?: number | undefined;
}

export interface RemoteWatchOptions extends ReconnectOptions {
  /** Open a lost watch again and go on after the last change seen. Default true. */
  readonly reconnect?: boolean | undefined;
  /**
   * Maximum number of consecutive failures; one more ends the watch with that error. Default 10; at least 0. A manager's
   * watches do not end.
   */
  readonly maxErrors?: number | undefined;
  /** Maximum number of changes read ahead of the consumer; a full buffer holds the server back. Default 100; at least 1. */
  readonly bufferSize?: number | undefined;
  /** Called with each failure of a watch that is then opened again. May throw without harm. */
  readonly onError?: ((error: ConfigError) => void) | undefined;
}

/** Numbers are whole, and at most 2³¹ − 1 unless said otherwise. */
export interface RemoteStoreOptions extends ConnectionOptions {
  readonly token?: Token | undefined;
  /**
   * Around every try of a call, the first one outermost: other schemes of authentication, tracing. The options that they
   * are given have the `caller` of those of the store's call.
   */
  readonly middleware?: readonly ClientMiddleware[] | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Longest time that one try of a call may take, in milliseconds. Default 10,000; at least 1. A watch has none. */
  readonly callTimeoutMs?: number | undefined;
  /** Longest time that `connect()` tries to reach the server, in milliseconds. Default 10,000; at least 1. */
  readonly connectTimeoutMs?: number | undefined;
  /** Default: none. */
  readonly circuitBreaker?: CircuitBreakerOptions | undefined;
  readonly watch?: RemoteWatchOptions | undefined;
  /** Called after each change of state. May throw without harm. */
  readonly onStateChange?: ((state: ConnectionState) => void) | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/** All options, checked, with defaults filled in. */
export interface Settings extends ConnectionSettings {
  readonly token: Token | undefined;
  readonly middleware: readonly ClientMiddleware[];
  readonly retry: { readonly maxRetries: number; readonly initialBackoffMs: number; readonly maxBackoffMs: number };
  readonly callTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly circuitBreaker: BreakerOptions | undefined;
  readonly watch: {
    readonly reconnect: boolean;
    readonly backoff: BackoffOptions;
    readonly maxErrors: number;
    readonly bufferSize: number;
    readonly onError: (error: ConfigError) => void;
  };
  readonly onStateChange: (state: ConnectionState) => void;
  readonly logger: Logger;
}

const channelOnly = ['insecure', 'tls', 'keepalive', 'channelOptions'] as const;
const names: OptionNames<RemoteStoreOptions> = {
  ...{ insecure: true, tls: true, keepalive: true, channelOptions: true, token: true, middleware: true, retry: true },
  ...{
    callTimeoutMs: true,
    circuitBreaker: true,
    connectTimeoutMs: true,
    watch: true,
    onStateChange: true,
    logger: true,
  },
};
const retryNames: OptionNames<RetryOptions> = { maxRetries: true, initialBackoffMs: true, maxBackoffMs: true };
const breakerNames: OptionNames<CircuitBreakerOptions> = { failures: true, resetAfterMs: true };
const watchNames: OptionNames<RemoteWatchOptions> = {
  ...{ reconnect: true, maxErrors: true, bufferSize: true, onError: true, initialBackoffMs: true, maxBackoffMs: true },
};

const ignore = (): void => {};

/**
 * Completes and checks the options. `channel` says whether the store makes its own connection; a ready-made client
 * takes no options about one. Throws `invalid_argument` with the option's name.
 */
export function completeOptions(options: RemoteStoreOptions, channel: boolean): Settings {
  checkOptions('RemoteStore', options, names);
  for (const name of channelOnly) {
    if (!channel && options[name] !== undefined) throw wrong(name, 'does not go with a ready-made client');
  }
  const { retry = {}, watch = {}, circuitBreaker } = options;
  checkOptions('RemoteStore', retry, retryNames, 'retry.');
  checkOptions('RemoteStore', watch, watchNames, 'watch.');
  if (circuitBreaker !== undefined) checkOptions('RemoteStore', circuitBreaker, breakerNames, 'circuitBreaker.');

  return {
    ...completeConnection(options),
    token: token(options.token),
    middleware: (options.middleware ?? []).map((each, i) => callback(`middleware[${i}]`, each, each)),
    retry: {
      maxRetries: whole('retry.maxRetries', retry.maxRetries, 3, 0, 1_000),
      initialBackoffMs: whole('retry.initialBackoffMs', retry.initialBackoffMs, 100, 1),
      maxBackoffMs: whole('retry.maxBackoffMs', retry.maxBackoffMs, 5_000, 1),
    },
    callTimeoutMs: whole('callTimeoutMs', options.callTimeoutMs, 10_000, 1),
    connectTimeoutMs: whole('connectTimeoutMs', options.connectTimeoutMs, 10_000, 1),
    circuitBreaker: circuitBreaker && {
      failures: whole('circuitBreaker.failures', circuitBreaker.failures, 5, 1),
      resetAfterMs: whole('circuitBreaker.resetAfterMs', circuitBreaker.resetAfterMs, 30_000, 1),
    },
    watch: {
      reconnect: boolean('watch.reconnect', watch.reconnect, true),
      backoff: completeReconnect(watch),
      maxErrors: whole('watch.maxErrors', watch.maxErrors, 10, 0),
      bufferSize: whole('watch.bufferSize', watch.bufferSize, 100, 1),
      onError: callback('watch.onError', watch.onError, ignore),
    },
    onStateChange: callback('onStateChange', options.onStateChange, ignore),
    logger: safeLogger(options.logger),
  };
}

function wrong(name: string, why: string): ConfigError {
  return new ConfigError('invalid_argument', `option ${name} ${why}`);
}

function whole(name: string, value: number | undefined, byDefault: number, least: number, most = maxInt32): number {
  return value === undefined ? byDefault : wholeNumber(`option ${name}`, value, least, most);
}

function boolean(name: string, value: boolean | undefined, byDefault: boolean): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? byDefault;
  throw wrong(name, 'must be true or false');
}

function callback<F>(name: string, value: F | undefined, byDefault: F): F {
  if (value === undefined || typeof value === 'function') return value ?? byDefault;
  throw wrong(name, 'must be a function');
}

function token(value: Token | undefined): Token | undefined {
  if (value === undefined || typeof value === 'function') return value;
  if (typeof value === 'string' && isToken(value)) return value;
  throw wrong('token', 'must be a function or a string of visible ASCII characters');
}

/** Whether it can travel in a header. */
export const isToken = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);
