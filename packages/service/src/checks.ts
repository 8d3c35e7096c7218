import type { Capability, Store } from '@cfg/core';
import type { DeleteRequest } from '@cfg/proto';
import type { Resource } from './guard.js';
import { invalidArgument, unsupported } from './status.js';

/*
 * What a request must be before the guard and the store are asked. Whether a name is a valid one is the store's to say,
 * after the guard.
 */

/** Longest request id, in characters: it is kept with the change. */
const maxRequestIdLength = 256;

export function requireNamespace(request: { readonly namespace: string }): void {
  if (request.namespace === '') throw invalidArgument('namespace is required');
}

export function requireKey(request: { readonly namespace: string; readonly key: string }): void {
  requireNamespace(request);
  if (request.key === '') throw invalidArgument('key is required');
}

/** For limits, versions and revisions: whole numbers by their wire type. */
export function requireNotNegative(name: string, value: number | undefined): void {
  if (value !== undefined && value < 0) throw invalidArgument(`${name} must not be negative, as ${value} is`);
}

/** What a Set and a Delete have in common beyond the original's fields. */
export function requireWrite(
  store: Store,
  { ifVersion, requestId }: Pick<DeleteRequest, 'ifVersion' | 'requestId'>,
): void {
  requireFeature(store, 'cas', 'if_version', ifVersion !== undefined);
  requireFeature(store, 'requests', 'request_id', requestId !== '');
  requireNotNegative('if_version', ifVersion);
  if (requestId.length > maxRequestIdLength) {
    throw invalidArgument(`request_id is longer than ${maxRequestIdLength} characters`);
  }
}

/** Throws `unsupported` where a field is used that needs a feature which the store lacks. */
export function requireFeature(store: Store, feature: Capability, field: string, used: boolean): void {
  if (used && !store.features.has(feature)) throw unsupported(`the store does not support ${field} (${feature})`);
}

/** What a call is about, as the guard is told. */
export const resource = (namespace: string, key = '', prefix = ''): Resource => ({ namespace, key, prefix });
