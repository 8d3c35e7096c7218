import { ConfigError } from '@cfg/core';

/** `host:port` with an optional user-friendly scheme of gRPC in front; IPv6 hosts in brackets. */
const hostAndPort = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d+)$/;

/** Throws `invalid_argument` unless the address is one, and agrees with the options about TLS. */
export function checkAddress(address: unknown, insecure: boolean): asserts address is string {
  const fault = (why: string): ConfigError => new ConfigError('invalid_argument', `address ${why}`);
  if (typeof address !== 'string' || !/^[^\s]+$/.test(address)) throw fault('must be "host:port"');
  if (address.startsWith('http://') && !insecure) throw fault(`${address} is without TLS: say so with insecure: true`);
  if (address.startsWith('https://') && insecure) throw fault(`${address} contradicts insecure: true`);
  // What gRPC knows to do with a scheme, it checks itself.
  if (/^(dns|unix|unix-abstract|ipv4|ipv6|xds|https?):/.test(address)) return;
  const port = Number(hostAndPort.exec(address)?.[1] ?? Number.NaN);
  if (Number.isNaN(port)) throw fault(`${address} must be "host:port": it has no port`);
  if (port < 1 || port > 65_535) throw fault(`${address} must have a port from 1 to 65535`);
}

/** The addresses, at least one, each checked as {@link checkAddress} does. */
export function checkAddresses(server: unknown, insecure: boolean): readonly string[] {
  const addresses: readonly unknown[] = Array.isArray(server) ? server : [server];
  if (addresses.length === 0) throw new ConfigError('invalid_argument', 'address must be at least one');
  return addresses.map((address) => {
    checkAddress(address, insecure);
    return address;
  });
}
