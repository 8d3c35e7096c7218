import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The name by which the logs of all who have part in a request find it: the caller's `x-request-id`, or a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const told = headers['x-request-id'];
  return typeof told === 'string' && /^[!-~]{1,128}$/.test(told) ? told : newId();
}

/** Random of this process. Randomness for each request would cost as much as the rest of a lean answer. */
const ofProcess = randomUUID().replace(/^(.{14})4(.*-).*$/, '$18$2');
let count = 0;

/** A UUID of version 8: random by process, and counted. */
function newId(): string {
  count += 1;
  return ofProcess + count.toString(16).padStart(12, '0');
}
