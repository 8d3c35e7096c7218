import { BlockList, isIP } from 'node:net';
import { ConfigError } from '@cfg/core';
import type { Metadata } from 'nice-grpc-common';

/** Tells the address of who is behind a peer. */
export type ClientAddress = (peer: string, metadata: Metadata) => string;

/**
 * The client is the peer's host; of a peer that is one of `proxies` (addresses, or ranges such as `10.0.0.0/8`) the last
 * address in `x-forwarded-for` that is none of them. An IPv6 address counts with its first 64 bits, which is what one
 * customer has. Throws `invalid_argument` for a proxy that is no address.
 */
export function clientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = proxies.length === 0 ? undefined : blockListOf(proxies);
  const known = new Map<string, string>();
  return (peer, metadata) => {
    if (trusted === undefined) return directClient(known, peer);
    const host = hostOf(peer);
    if (!isTrusted(trusted, host)) return networkOf(host);
    const said = metadata.getAll('x-forwarded-for').flatMap((line) => line.split(','));
    const client = said.map((one) => hostOf(one.trim())).findLast((one) => !isTrusted(trusted, one));
    // Text that is no address was written by somebody who is not trusted.
    return networkOf(client !== undefined && isIP(client) > 0 ? client : host);
  };
}

/**
 * Tells the host of an address for limits of connections: none for `proxies`, whose connections are many clients', and of
 * IPv6 the first 64 bits. Throws `invalid_argument` for a proxy that is no address.
 */
export function hostNames(proxies: readonly string[]): (address: string) => string | undefined {
  const trusted = blockListOf(proxies);
  return (address) => (isTrusted(trusted, unmapped(address)) ? undefined : networkOf(address));
}

/** Peers whose clients are remembered: one connection makes many calls. */
const maxKnown = 10_000;

function directClient(known: Map<string, string>, peer: string): string {
  let client = known.get(peer);
  if (client === undefined) {
    client = networkOf(hostOf(peer));
    if (known.size >= maxKnown) known.clear();
    known.set(peer, client);
  }
  return client;
}

/** The host of `1.2.3.4:5`, `[::1]:5`, `::1:5` or an address alone; another text as it is. */
function hostOf(peer: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(peer)?.[1];
  if (bracketed !== undefined) return unmapped(bracketed);
  if (isIP(peer) === 4 || /^[^:]+:\d+$/.test(peer)) return peer.split(':')[0] as string;
  // grpc-js writes IPv6 addresses without brackets: what follows the last colon is the port.
  const withoutPort = peer.slice(0, Math.max(0, peer.lastIndexOf(':')));
  return unmapped(isIP(withoutPort) === 6 ? withoutPort : peer);
}

const unmapped = (host: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1] ?? host;

/** The first 64 bits of an IPv6 address, which is what one customer has; IPv4 in IPv6 as IPv4, another host as it is. */
function networkOf(host: string): string {
  const plain = unmapped(host);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = (host.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(missing).fill('0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

function blockListOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    if (isIP(address) === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))) {
      throw new ConfigError('invalid_argument', `trustedProxies: ${JSON.stringify(proxy)} is no address and no range`);
    }
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isTrusted(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version > 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
