import type { Caller, CallOptions } from '@cfg/core';
import { staleHeader } from '@cfg/proto';

/** The header that names the nodes that a call has come through, separated by commas. */
export const hopHeader = 'cfg-hop';

/**
 * Whether another node sent the call here: it is then answered here, and not sent on. Whoever sends the header himself
 * only gets an error where his call would have been sent on.
 */
export const isForwarded = (options: CallOptions | undefined): boolean => header(options?.caller, hopHeader) !== '';

/** What of a caller's headers goes with the call: the credential, and the wish to have secrets masked. */
const kept = ['authorization', 'x-cfg-secrets'] as const;

/** The headers with which `self` passes the call on: the way that it has come, and what its caller said. */
export function passedOn(caller: Caller | undefined, self: string): ReadonlyMap<string, string> {
  const before = header(caller, hopHeader);
  const headers = new Map([[hopHeader, before === '' ? self : `${before},${self}`]]);
  for (const name of kept) {
    const value = header(caller, name);
    if (value !== '') headers.set(name, value);
  }
  return headers;
}

/** Tells the caller that the answer comes from a copy. */
export function markStale(options: CallOptions | undefined, ageMs: number | undefined): void {
  options?.caller?.header?.set(staleHeader, ageMs === undefined ? 'unknown' : String(ageMs));
}

/** Empty where there is none. */
function header(caller: Caller | undefined, name: string): string {
  const value = caller?.metadata.get(name);
  return typeof value === 'string' ? value : '';
}
