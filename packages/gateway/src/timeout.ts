import type { IncomingMessage } from 'node:http';
import { maxInt32 } from '@cfg/core';
import { badRequest } from './http-error.js';

const unitsMs = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** A signal that fires when the time of the header `grpc-timeout` is over. Throws a 400 if it cannot be read. */
export function deadlineOf(request: IncomingMessage): AbortSignal | undefined {
  const header = request.headers['grpc-timeout'];
  if (header === undefined) return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(String(header));
  if (!match) throw badRequest('header grpc-timeout is not a timeout, as in 500m');
  const timeoutMs = Math.ceil(Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs]);
  return AbortSignal.timeout(Math.min(timeoutMs, maxInt32));
}
