import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The name by which the logs of all who have part in a request find it: the caller's `x-request-id`, or a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const told = headers['x-request-id'];
  return typeof told === 'string' && /^[!-~]{1,128}$/.test(told) ? told : randomUUID();
}
