import { type Capability, can, type Store } from '@cfg/core';
import { invalidArgument, unsupported } from './status.js';

/* Checks of requests. Whether a name is valid is checked by the store, after the guard. */

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

/** Throws `unsupported` if a field is used that needs a capability which the store lacks. */
export function requireCapability(store: Store, capability: Capability, field: string, used: boolean): void {
  if (used && !can(store, capability)) throw unsupported(`the store does not support ${field} (${capability})`);
}
