import type { IncomingMessage } from 'node:http';
import { maxInt32 } from '@cfg/core/store';
import { badRequest } from './http-error.js';

const unitsMs = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * How many milliseconds a request may take: what its header `grpc-timeout` says, at most `mostMs` (0: no limit). Throws
 * a 400 if the header cannot be read.
 */
export function timeoutOf(request: IncomingMessage, mostMs: number): number | undefined {
  const most = mostMs === 0 ? undefined : mostMs;
  const header = request.headers['grpc-timeout'];
  if (header === undefined) return most;
  const match = /^(\d{1,8})([HMSmun])$/.exec(String(header));
  if (!match) throw badRequest('header grpc-timeout is not a timeout, as in 500m');
  const timeoutMs = Math.ceil(Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs]);
  return Math.min(timeoutMs, most ?? maxInt32);
}
