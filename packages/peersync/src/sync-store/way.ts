import type { Caller, CallOptions } from '@cfg/core';

/** The header that names the nodes that a call has come through, separated by commas. */
export const hopHeader = 'cfg-hop';

/**
 * Whether another node sent the call here: it is then answered here, and not sent on. Whoever sends the header himself
 * only gets an error where his call would have been sent on.
 */
export const isForwarded = (options: CallOptions | undefined): boolean => header(options?.caller, hopHeader) !== '';

/** The headers with which `self` passes the call on: the way that it has come, and its caller's own credential. */
export function passedOn(
  caller: Caller | undefined,
  self: string,
): { readonly hops: string; readonly authorization: string } {
  const before = header(caller, hopHeader);
  return { hops: before === '' ? self : `${before},${self}`, authorization: header(caller, 'authorization') };
}

/** Empty where there is none. */
function header(caller: Caller | undefined, name: string): string {
  const value = caller?.metadata.get(name);
  return typeof value === 'string' ? value : '';
}
