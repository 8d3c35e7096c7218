import type { PeerCertificate } from 'node:tls';
import type { LimitName } from '../http2/limits.js';
import type { AnswerFields } from './answer-fields.js';
import type { Budget } from './budget.js';
import type { Expiring } from './deadlines.js';
import type { LateRequests } from './late-requests.js';

/** Whether answers are compressed for a caller: when its own requests are, whenever it takes that, or never. */
export type CompressionPolicy = 'mirror' | 'accepted' | 'never';

/** The parts that the calls of one connection share. */
export interface CallEnvironment {
  /** The caller's address, `host:port`. */
  readonly peer: string;
  /** The caller's TLS certificate, if there is one that the server's authorities have signed. */
  readonly certificate: PeerCertificate | undefined;
  readonly maxReceiveMessageBytes: number;
  readonly maxSendMessageBytes: number;
  readonly compression: CompressionPolicy;
  readonly compressAboveBytes: number;
  readonly answers: AnswerFields;
  /** For requests that have come in part, or wait to be handled. */
  readonly budget: Budget;
  readonly lateRequests: LateRequests;
  limited(limit: LimitName): void;
  /** Expires the call in so many milliseconds; returns what to forget it by. */
  expireIn(call: Expiring, timeoutMs: number): number;
  forget(call: Expiring, tick: number): void;
}
