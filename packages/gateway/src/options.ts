import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import { checkOptions, maxInt32, type OptionNames, wholeNumber } from '@cfg/core/store';
import { maxMessageBytes } from '@cfg/proto';
import type { HttpHandler } from '@cfg/service';
import { type CorsOptions, corsHandler } from './cors.js';
import type { Metrics } from './metrics/metrics.js';
import { type FlagOptions, type FlagSettings, flagSettings } from './ofrep/options.js';
import { type OriginCheck, type OriginOptions, originCheck } from './origin.js';
import type { RequestTracing } from './tracing/request-tracing.js';

/** Options of both gateways. */
export interface GatewayOptions extends OriginOptions {
  /** How often a stream of events says that it is alive, in milliseconds. Default 30,000; 1 to 2³¹ − 1. */
  readonly heartbeatIntervalMs?: number | undefined;
  /** How long an EventSource should wait before it reconnects, in milliseconds. Default 5,000; 0 to 2³¹ − 1. */
  readonly retryMs?: number | undefined;
  /**
   * How many changes are kept for clients of `/v1/watch` that come back, where the store has no revisions. Default 500;
   * 0: none, and each client is a watch of the service; at most 100,000. A store with revisions keeps its own.
   */
  readonly eventBufferSize?: number | undefined;
  /**
   * How often the service is asked again whether a client of `/v1/watch` may still see what it does, in milliseconds.
   * Default 300,000; 0: never; at most 2³¹ − 1.
   */
  readonly reauthorizeEveryMs?: number | undefined;
  /**
   * How long a client of `/v1/watch` may leave its connection full before it is ended with a `reset`, in milliseconds.
   * Default 60,000; 0: for ever; at most 2³¹ − 1.
   */
  readonly maxLagMs?: number | undefined;
  /**
   * The largest request body, in bytes; a larger one is answered with 413. That of a batch may have 16 times as much, at
   * most 64 MiB. Default: what the largest value that the service takes needs in base64, or 1.5 MiB before a server
   * elsewhere. 1 to 64 MiB.
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * The bytes that all request bodies in progress may take together; more requests are answered with 429.
   * Default 256 MiB, or {@link maxBodyBytes} where that is more.
   */
  readonly maxBufferedBytes?: number | undefined;
  /**
   * The bytes that unread answers may take together; bytes that many answers share count once. Large ones
   * beyond it are answered with 429, small ones and streams of events cut off. Default 256 MiB; at least 1.
   */
  readonly maxUnsentBytes?: number | undefined;
  /**
   * How long a request may take, in milliseconds, streams of events apart; then it is answered with 504 and its call is
   * cancelled. A caller may set less in `grpc-timeout`. Default 60,000; 0: no limit; at most 2³¹ − 1.
   */
  readonly callTimeoutMs?: number | undefined;
  /**
   * The treatment of a path that the gateway does not have: `true` hands it to the application's next handler, `false`
   * responds with 404 and the JSON error object. Default `false`: mount the gateway last, or under a path of its own, or set
   * this.
   */
  readonly fallthrough?: boolean | undefined;
  /**
   * From which size on answers are compressed for who asks for it (zstd, br, gzip), in bytes; streams never are. Default
   * 16,384; 0: none is; at most 2³¹ − 1.
   */
  readonly compressFromBytes?: number | undefined;
  /** Lets pages of other origins read the answers. Default: none may. */
  readonly cors?: CorsOptions | undefined;
  /** Whether there is `/docs`, a page that shows `/openapi.json`. Default true. */
  readonly docs?: boolean | undefined;
  /** Where flags are, for OpenFeature's remote evaluation (OFREP). */
  readonly flags?: FlagOptions | undefined;
  /** Makes spans of requests, for OpenTelemetry: `tracing` of `@cfg/gateway/tracing`. Default: none. */
  readonly tracing?: RequestTracing | undefined;
  /** The metrics of `GET /metrics`. Default: there is no such route. */
  readonly metrics?: Metrics | undefined;
  /** Told of faults that callers only see as "internal error". Default: says nothing. */
  readonly logger?: Logger | undefined;
}

/** The options, complete and checked. */
export interface GatewaySettings {
  readonly heartbeatIntervalMs: number;
  readonly retryMs: number;
  readonly eventBufferSize: number;
  readonly reauthorizeEveryMs: number;
  readonly maxLagMs: number;
  readonly maxBodyBytes: number;
  readonly maxBufferedBytes: number;
  readonly maxUnsentBytes: number;
  readonly callTimeoutMs: number;
  readonly maxBatchBodyBytes: number;
  readonly checkOrigin: OriginCheck;
  readonly fallthrough: boolean;
  readonly compressFromBytes: number;
  readonly cors: HttpHandler | undefined;
  readonly docs: boolean;
  readonly metrics: Metrics | undefined;
  readonly flags: FlagSettings;
  readonly tracing: RequestTracing | undefined;
  readonly logger: Logger;
}

const names: OptionNames<GatewayOptions> = {
  ...{ heartbeatIntervalMs: true, retryMs: true, eventBufferSize: true, reauthorizeEveryMs: true, maxLagMs: true },
  ...{ maxBodyBytes: true, maxBufferedBytes: true, callTimeoutMs: true, fallthrough: true, compressFromBytes: true },
  ...{ cors: true, docs: true, flags: true, tracing: true, metrics: true, logger: true },
  ...{ allowedOrigins: true, allowedHosts: true, maxUnsentBytes: true },
};

/** Throws `invalid_argument`, naming the option, where one is out of its range or none of `what`, whose others are `more`. */
export function completeOptions<T extends GatewayOptions>(
  what: string,
  options: T,
  more: OptionNames<Omit<T, keyof GatewayOptions>>,
  maxValueBytes: number = 1024 * 1024,
): GatewaySettings {
  checkOptions<GatewayOptions>(what, options, { ...names, ...more });
  const truth = (name: 'docs' | 'fallthrough', byDefault: boolean): boolean => {
    const value = options[name] ?? byDefault;
    if (typeof value !== 'boolean') throw new ConfigError('invalid_argument', `${name} must be true or false`);
    return value;
  };
  // A value comes as base64, a third longer, within a JSON object.
  const needed = Math.min(Math.ceil(maxValueBytes * 1.4) + 64 * 1024, maxMessageBytes);
  const maxBodyBytes = wholeNumber('maxBodyBytes', options.maxBodyBytes ?? needed, 1, maxMessageBytes);
  const buffered = options.maxBufferedBytes ?? Math.max(256 * 1024 * 1024, maxBodyBytes);
  const cors = options.cors && corsHandler(options.cors);
  // Pages that may read the answers may send the requests.
  const { origins } = options.cors ?? {};
  const allowedOrigins = options.allowedOrigins ?? (origins === '*' ? ['*'] : origins);
  return {
    heartbeatIntervalMs: wholeNumber('heartbeatIntervalMs', options.heartbeatIntervalMs ?? 30_000, 1, maxInt32),
    retryMs: wholeNumber('retryMs', options.retryMs ?? 5_000, 0, maxInt32),
    eventBufferSize: wholeNumber('eventBufferSize', options.eventBufferSize ?? 500, 0, 100_000),
    reauthorizeEveryMs: wholeNumber('reauthorizeEveryMs', options.reauthorizeEveryMs ?? 300_000, 0, maxInt32),
    maxLagMs: wholeNumber('maxLagMs', options.maxLagMs ?? 60_000, 0, maxInt32),
    maxBodyBytes,
    maxBatchBodyBytes: Math.min(maxBodyBytes * 16, maxMessageBytes, buffered),
    maxBufferedBytes: wholeNumber('maxBufferedBytes', buffered, maxBodyBytes),
    maxUnsentBytes: wholeNumber('maxUnsentBytes', options.maxUnsentBytes ?? 256 * 1024 * 1024, 1),
    checkOrigin: originCheck({ ...options, allowedOrigins }),
    callTimeoutMs: wholeNumber('callTimeoutMs', options.callTimeoutMs ?? 60_000, 0, maxInt32),
    compressFromBytes: wholeNumber('compressFromBytes', options.compressFromBytes ?? 16_384, 0, maxInt32),
    cors,
    docs: truth('docs', true),
    metrics: options.metrics,
    flags: flagSettings(options.flags),
    tracing: options.tracing,
    fallthrough: truth('fallthrough', false),
    logger: safeLogger(options.logger),
  };
}
