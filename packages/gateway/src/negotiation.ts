import { Status } from 'nice-grpc-common';
import type { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';

/** What a server must have announced for a field of a request: another would skip the field without a word. */
const needs: readonly (readonly [field: string, protoName: string, feature: string])[] = [
  ['ifVersion', 'if_version', 'cas'],
  ['ttl', 'ttl', 'ttl'],
  ['requestId', 'request_id', 'requests'],
  ['comment', 'comment', 'authors'],
  ['includeDeleted', 'include_deleted', 'tombstones'],
  ['atRevision', 'at_revision', 'revisions'],
];

/** The first field of the request that the server has not said it knows. */
function unknownField(request: object, exchange: Exchange): (typeof needs)[number] | undefined {
  for (const need of needs) {
    const value = (request as Readonly<Record<string, unknown>>)[need[0]];
    const given = value !== undefined && value !== '' && value !== 0 && value !== false;
    if ((given || (need[0] === 'ifVersion' && value === 0)) && !exchange.features.has(need[2])) return need;
  }
  return undefined;
}

/** Fails with 501 if the request has a field that the server would not heed. Asks the server first what it knows. */
export async function requireFeatures(request: object, exchange: Exchange): Promise<void> {
  if (unknownField(request, exchange) === undefined) return;
  await exchange.features.learn(exchange.callOptions());
  const unknown = unknownField(request, exchange);
  if (unknown === undefined) return;
  throw new HttpError(Status.UNIMPLEMENTED, `the server does not support ${unknown[1]} (${unknown[2]})`);
}

/** Whether {@link requireFeatures} has anything to do: most requests have no such field. */
export const needsFeatures = (request: object, exchange: Exchange): boolean =>
  unknownField(request, exchange) !== undefined;
