import type { Caller, CallOptions } from '@cfg/core';
import { type ForwardedCaller, staleHeader } from '@cfg/proto';
import { behalfHeader, behalfOf } from '../peering/behalf.js';

/** The header that names the nodes that a call has come through, separated by commas. */
export const hopHeader = 'cfg-hop';

/**
 * Whether another node sent the call here: it is then answered here, and not sent on. Whoever sends the header himself
 * only gets an error where his call would have been sent on.
 */
export const isForwarded = (options: CallOptions | undefined): boolean => header(options?.caller, hopHeader) !== '';

/** The headers with which `self` passes the call on: the way that it has come, and what its caller said. */
export function passedOn(caller: Caller | undefined, self: string): ReadonlyMap<string, string> {
  const before = header(caller, hopHeader);
  const { authorization, secrets, onBehalfOf } = forwardedCaller(caller);
  const said = [
    ['authorization', authorization],
    ['x-cfg-secrets', secrets],
    [behalfHeader, onBehalfOf],
  ] as const;
  return new Map([
    [hopHeader, before === '' ? self : `${before},${self}`],
    ...said.filter(([, value]) => value !== ''),
  ]);
}

/**
 * The metadata that goes with a caller's call: the credential, or where it cannot be passed on, who it is; and the wish to have
 * secrets masked.
 */
export function forwardedCaller(caller: Caller | undefined): ForwardedCaller {
  const authorization = header(caller, 'authorization');
  const onBehalfOf = authorization === '' ? behalfOf(caller) : '';
  return { authorization, secrets: header(caller, 'x-cfg-secrets'), onBehalfOf };
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
