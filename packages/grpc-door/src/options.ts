import type { ChannelOptions } from '@grpc/grpc-js';
import type { CompressionPolicy } from './grpc/call-environment.js';
import type { ConnectionLimits, LimitName } from './http2/limits.js';
import { initialWindowBytes, largestWindow } from './http2/protocol.js';
import type { Rate } from './http2/rate-limit.js';

/** A limit that was reached. */
export interface LimitReached {
  readonly limit: LimitName;
  /** Whose connection it was, `host:port`. */
  readonly peer: string;
}

/**
 * The limits of a server. Sizes are in bytes, times in milliseconds; a time of 0 switches its limit off. The defaults are
 * meant for a server that strangers can reach.
 */
export interface DoorOptions {
  /** The largest message that is received, decompressed. Default 4 MiB. A larger one is RESOURCE_EXHAUSTED. */
  readonly maxReceiveMessageBytes?: number | undefined;
  /** The largest message that is sent. Default 2 GiB − 1. A larger one is RESOURCE_EXHAUSTED. */
  readonly maxSendMessageBytes?: number | undefined;
  /**
   * Whose answers are compressed: `mirror` those of callers whose own requests say gzip, `accepted` those of all callers
   * that take gzip (many always say so), `never` none. Default `mirror`. Where secrets and what an attacker chooses are
   * in one message, compression tells of the secrets by its length: use `never` there.
   */
  readonly compression?: CompressionPolicy | undefined;
  /** Smaller messages are not compressed. Default 1,024. */
  readonly compressAboveBytes?: number | undefined;
  /** Connections at a time; more are closed as they come. Default 10,000. */
  readonly maxConnections?: number | undefined;
  /** Connections at a time of one host, as {@link hostOf} tells it. Default 1,000. */
  readonly maxConnectionsPerHost?: number | undefined;
  /**
   * Who is one host, of an address: of IPv6 one customer has 2⁶⁴. Undefined: who may have as many as it likes. Default:
   * each address is one.
   */
  readonly hostOf?: ((address: string) => string | undefined) | undefined;
  /**
   * The bytes that all requests together may hold while they are received or wait for their handler. Default 256 MiB, or four of
   * the largest messages where that is more. Beyond it, requests are RESOURCE_EXHAUSTED.
   */
  readonly maxBufferedRequestBytes?: number | undefined;
  /** The bytes that those of one connection may hold. Default a quarter of that, or the largest message where that is more. */
  readonly maxBufferedRequestBytesPerConnection?: number | undefined;
  /** The headers of a request, as HTTP/2 counts them. Default 16 KiB. Larger ones are RESOURCE_EXHAUSTED. */
  readonly maxHeaderListBytes?: number | undefined;
  /** Calls at a time on one connection. Default 1,000. Clients wait before they open more; who does not, is refused. */
  readonly maxConcurrentStreams?: number | undefined;
  /** CONTINUATION frames of one header block. Default 32. Beyond it, the connection is closed. */
  readonly maxContinuations?: number | undefined;
  /** The bytes that a caller may send of one request stream ahead of its handler. Default 1 MiB; at least 65,535. */
  readonly streamWindowBytes?: number | undefined;
  /** The bytes that a client may send ahead on one connection. Default 4 MiB; at least 65,535. */
  readonly connectionWindowBytes?: number | undefined;
  /** Answers of one connection that wait for its client to read. Default 64 MiB. More are RESOURCE_EXHAUSTED. */
  readonly maxQueuedResponseBytes?: number | undefined;
  /**
   * Answers of all connections that wait for their clients to read; what many share counts once. Default 256 MiB. More
   * are RESOURCE_EXHAUSTED.
   */
  readonly maxQueuedResponseBytesInAll?: number | undefined;
  /** The unwritten bytes of one socket above which nothing more is read from it. Default 1 MiB. */
  readonly maxOutputBytes?: number | undefined;
  /**
   * Calls that a client cancels, or that it makes us end by breaking the protocol ("rapid reset"). Default 500 a second,
   * 2,000 at once. Beyond it, the connection is closed, as with the four limits that follow.
   */
  readonly resets?: Rate | undefined;
  /** PINGs, beyond one for each DATA frame that we send. Default 100 a second, 1,000 at once. */
  readonly pings?: Rate | undefined;
  /** SETTINGS. Default 10 a second, 100 at once. */
  readonly settings?: Rate | undefined;
  /** Frames that carry nothing: empty DATA, PRIORITY, unknown types. Default 100 a second, 1,000 at once. */
  readonly emptyFrames?: Rate | undefined;
  /** WINDOW_UPDATEs, beyond two for each DATA frame that was worth one. Default 1,000 a second, 10,000 at once. */
  readonly windowUpdates?: Rate | undefined;
  /** For the TLS handshake, and then for the client's first frame. Default 10,000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** For a request of one message to arrive whole. Default 60,000. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * How long a client may read nothing: of its socket, while it is full (the connection is closed), or of an answer that
   * is complete (its call is cancelled). A stream of answers whose caller keeps its window shut waits without limit, at
   * the cost of one answer. Default 60,000.
   */
  readonly stallTimeoutMs?: number | undefined;
  /** After so long without a call the client is asked to leave. Default 1,800,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** After so long a client is asked to leave. Default 0: never. */
  readonly maxAgeMs?: number | undefined;
  /** A connection that was silent for so long is asked for a sign of life. Default 60,000. */
  readonly keepaliveTimeMs?: number | undefined;
  /** For that sign. Without one, the connection is closed. Default 20,000. */
  readonly keepaliveTimeoutMs?: number | undefined;
  /** Told of each limit that is reached. Must not throw. Default: nobody; `server.metrics()` counts all the same. */
  readonly onLimit?: ((reached: LimitReached) => void) | undefined;
}

/** {@link DoorOptions}, complete and checked. */
export interface DoorSettings extends ConnectionLimits {
  readonly maxReceiveMessageBytes: number;
  readonly maxSendMessageBytes: number;
  readonly compression: CompressionPolicy;
  readonly compressAboveBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
  readonly hostOf: (address: string) => string | undefined;
  readonly maxBufferedRequestBytes: number;
  readonly maxBufferedRequestBytesPerConnection: number;
  readonly maxQueuedResponseBytesInAll: number;
  readonly onLimit: ((reached: LimitReached) => void) | undefined;
}

const maxInt32 = 2 ** 31 - 1;
const mebibyte = 1024 * 1024;
/** How long a client that was asked to leave may take to hear it, before new calls of it are refused. */
const drainTimeoutMs = 1_000;

/** @throws RangeError naming the option that is out of its range */
export function completeOptions(options: DoorOptions): DoorSettings {
  const whole = (name: NumericOption, standard: number, least: number, most = maxInt32): number => {
    const value = options[name] ?? standard;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
  };
  const rate = (name: RateOption, standard: Rate): Rate => {
    const { burst, perSecond } = options[name] ?? standard;
    if (burst >= 1 && perSecond >= 0) return { burst, perSecond };
    throw new RangeError(`${name} must allow a burst of 1 at least, and no negative number per second`);
  };
  const { compression = 'mirror' } = options;
  if (!['mirror', 'accepted', 'never'].includes(compression)) {
    throw new RangeError(`compression must be mirror, accepted or never, not ${JSON.stringify(compression)}`);
  }
  const maxReceiveMessageBytes = whole('maxReceiveMessageBytes', 4 * mebibyte, 0);
  const maxBufferedRequestBytes = whole(
    'maxBufferedRequestBytes',
    Math.max(256 * mebibyte, maxReceiveMessageBytes * 4),
    maxReceiveMessageBytes,
    Number.MAX_SAFE_INTEGER,
  );
  return {
    maxReceiveMessageBytes,
    maxSendMessageBytes: whole('maxSendMessageBytes', maxInt32, 0),
    compression,
    compressAboveBytes: whole('compressAboveBytes', 1_024, 0),
    maxConnections: whole('maxConnections', 10_000, 1),
    maxConnectionsPerHost: whole('maxConnectionsPerHost', 1_000, 1),
    hostOf: options.hostOf ?? ((address) => address),
    maxBufferedRequestBytes,
    maxBufferedRequestBytesPerConnection: whole(
      'maxBufferedRequestBytesPerConnection',
      Math.max(Math.floor(maxBufferedRequestBytes / 4), maxReceiveMessageBytes),
      maxReceiveMessageBytes,
      Number.MAX_SAFE_INTEGER,
    ),
    maxQueuedResponseBytesInAll: whole('maxQueuedResponseBytesInAll', 256 * mebibyte, 0, Number.MAX_SAFE_INTEGER),
    maxHeaderListBytes: whole('maxHeaderListBytes', 16 * 1024, 1_024),
    maxConcurrentStreams: whole('maxConcurrentStreams', 1_000, 1),
    maxContinuations: whole('maxContinuations', 32, 0),
    streamWindowBytes: whole('streamWindowBytes', mebibyte, initialWindowBytes, largestWindow),
    connectionWindowBytes: whole('connectionWindowBytes', 4 * mebibyte, initialWindowBytes, largestWindow),
    maxQueuedResponseBytes: whole('maxQueuedResponseBytes', 64 * mebibyte, 0),
    maxOutputBytes: whole('maxOutputBytes', mebibyte, 64 * 1024),
    resets: rate('resets', { burst: 2_000, perSecond: 500 }),
    pings: rate('pings', { burst: 1_000, perSecond: 100 }),
    settings: rate('settings', { burst: 100, perSecond: 10 }),
    emptyFrames: rate('emptyFrames', { burst: 1_000, perSecond: 100 }),
    windowUpdates: rate('windowUpdates', { burst: 10_000, perSecond: 1_000 }),
    handshakeTimeoutMs: whole('handshakeTimeoutMs', 10_000, 0),
    requestTimeoutMs: whole('requestTimeoutMs', 60_000, 0),
    stallTimeoutMs: whole('stallTimeoutMs', 60_000, 0),
    idleTimeoutMs: whole('idleTimeoutMs', 1_800_000, 0),
    maxAgeMs: whole('maxAgeMs', 0, 0),
    drainTimeoutMs,
    keepaliveTimeMs: whole('keepaliveTimeMs', 60_000, 0),
    keepaliveTimeoutMs: whole('keepaliveTimeoutMs', 20_000, 0),
    onLimit: options.onLimit,
  };
}

type OptionsOf<T> = {
  [K in keyof DoorOptions]-?: NonNullable<DoorOptions[K]> extends T ? K : never;
}[keyof DoorOptions];
type NumericOption = OptionsOf<number>;
type RateOption = OptionsOf<Rate>;

/** Reads the options of grpc-js that have a counterpart here, so that `createServer` takes those of nice-grpc. */
export function fromChannelOptions(options: ChannelOptions): DoorOptions {
  const size = (name: keyof ChannelOptions): number | undefined => {
    const value: unknown = options[name];
    if (typeof value !== 'number') return undefined;
    return value < 0 ? maxInt32 : value;
  };
  const timeMs = (name: keyof ChannelOptions): number | undefined => {
    const value = size(name);
    return value !== undefined && value >= maxInt32 ? 0 : value;
  };
  return {
    maxReceiveMessageBytes: size('grpc.max_receive_message_length'),
    maxSendMessageBytes: size('grpc.max_send_message_length'),
    maxConcurrentStreams: size('grpc.max_concurrent_streams'),
    keepaliveTimeMs: timeMs('grpc.keepalive_time_ms'),
    keepaliveTimeoutMs: timeMs('grpc.keepalive_timeout_ms'),
    maxAgeMs: timeMs('grpc.max_connection_age_ms'),
    idleTimeoutMs: timeMs('grpc.max_connection_idle_ms'),
  };
}
