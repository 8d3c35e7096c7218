import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The only range of IPv6 that is routed on the Internet; parts of it are not either, which ipaddr.js knows. */
const routed = ipaddr.parseCIDR('2000::/3');

/** Whether anybody on the Internet may have that address: not private, loopback, link-local, mapped or reserved. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(routed));
}

/**
 * A `lookup` that finds public addresses only. The connection is made to what it has found, so a name that leads
 * elsewhere a moment later (DNS rebinding) changes nothing.
 */
export function publicLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        done(error, '');
        return;
      }
      const addresses = (found as LookupAddress[]).filter(({ address }) => isPublic(address));
      const [first] = addresses;
      if (first === undefined) done(new PrivateAddressError(hostname), '');
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/** A URL that leads to an address that is not public. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor(hostname: string) {
    super(`${hostname} has no public address, and private ones are not allowed`);
  }
}
