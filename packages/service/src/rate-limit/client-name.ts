import type { CallView } from '../call.js';
import { clientAddress } from './client-address.js';

/** Who is one client, for limits. */
export interface ClientOptions {
  /**
   * `host`, the caller's address (IPv6 by its first 64 bits); `user`, the user id, and the address of callers without one;
   * or what a function returns. Default `host`.
   */
  readonly client?: 'host' | 'user' | ((call: CallView) => string) | undefined;
  /**
   * Addresses and ranges (`10.0.0.0/8`) of proxies and gateways: of calls that come from them, the client is who they
   * name in `x-forwarded-for`. Default: none is believed.
   */
  readonly trustedProxies?: readonly string[] | undefined;
}

/** Tells the client of a call. Throws `invalid_argument` for a proxy that is no address. */
export function clientNames({ client = 'host', trustedProxies = [] }: ClientOptions): (call: CallView) => string {
  const addressOf = clientAddress(trustedProxies);
  if (typeof client === 'function') return client;
  return (call) =>
    client === 'user' && call.identity.userId !== ''
      ? `user ${call.identity.userId}`
      : addressOf(call.peer, call.metadata);
}
