import { type Logger, safeLogger } from '@cfg/core';
import { badOption } from './errors.js';

/** Options of both gateways. */
export interface GatewayOptions {
  /** How often a stream of events says that it is alive, in milliseconds. Default 30,000; 1 to 2³¹ − 1. */
  readonly heartbeatIntervalMs?: number | undefined;
  /** How long an EventSource should wait before it reconnects, in milliseconds. Default 5,000; 0 to 2³¹ − 1. */
  readonly retryMs?: number | undefined;
  /**
   * The largest request body, in bytes; a larger one is answered with 413. Default 1.5 MiB, which fits a value of 1 MiB
   * in base64. 1 to 64 MiB.
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * What becomes of a path that the gateway does not have: `true` hands it to the application's next handler, `false`
   * answers 404 with the JSON error object. Default `false`: mount the gateway last, or under a path of its own, or set
   * this.
   */
  readonly fallthrough?: boolean | undefined;
  /** Told of faults that callers only see as "internal error". Default: says nothing. */
  readonly logger?: Logger | undefined;
}

export interface CompleteOptions {
  readonly heartbeatIntervalMs: number;
  readonly retryMs: number;
  readonly maxBodyBytes: number;
  readonly fallthrough: boolean;
  readonly logger: Logger;
}

const maxTimerMs = 2 ** 31 - 1;

/** Throws `invalid_argument`, naming the option, if one is out of its range. */
export function completeOptions(options: GatewayOptions = {}): CompleteOptions {
  return {
    heartbeatIntervalMs: wholeOption('heartbeatIntervalMs', options.heartbeatIntervalMs ?? 30_000, 1, maxTimerMs),
    retryMs: wholeOption('retryMs', options.retryMs ?? 5_000, 0, maxTimerMs),
    maxBodyBytes: wholeOption('maxBodyBytes', options.maxBodyBytes ?? 1.5 * 1024 * 1024, 1, 64 * 1024 * 1024),
    fallthrough: options.fallthrough ?? false,
    logger: safeLogger(options.logger),
  };
}

/** Throws `invalid_argument` unless `value` is a whole number within the bounds. */
export function wholeOption(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw badOption(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
  }
  return value;
}
