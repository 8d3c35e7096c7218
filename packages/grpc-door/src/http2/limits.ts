import type { Rate } from './rate-limit.js';

/** The limits of one connection. */
export interface ConnectionLimits {
  readonly maxHeaderListBytes: number;
  readonly maxConcurrentStreams: number;
  readonly maxContinuations: number;
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly maxQueuedResponseBytes: number;
  readonly maxOutputBytes: number;
  readonly resets: Rate;
  readonly pings: Rate;
  readonly settings: Rate;
  readonly emptyFrames: Rate;
  readonly windowUpdates: Rate;
  readonly handshakeTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxAgeMs: number;
  readonly drainTimeoutMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
}

/** The limits that refuse calls or cut connections off. */
export type LimitName =
  | 'headerList'
  | 'concurrentStreams'
  | 'continuations'
  | 'queuedResponses'
  | 'queuedResponsesInAll'
  | 'resets'
  | 'pings'
  | 'settings'
  | 'emptyFrames'
  | 'windowUpdates'
  | 'handshakeTimeout'
  | 'requestTimeout'
  | 'stallTimeout'
  | 'idleTimeout'
  | 'maxAge'
  | 'keepaliveTimeout'
  | 'connections'
  | 'connectionsPerHost'
  | 'receivedMessage'
  | 'sentMessage'
  | 'bufferedRequests';

/** Counts. Shared by the connections of a server. */
export interface Meter {
  /** A limit was reached, and what went beyond it refused or cut off. */
  limited(limit: LimitName): void;
  streamOpened(): void;
  streamClosed(): void;
  /** A peer broke the protocol, or a limit, and its connection was closed for it. */
  connectionFailed(): void;
}
