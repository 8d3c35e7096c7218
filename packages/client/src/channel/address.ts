import { ConfigError } from '@cfg/core';

const host = String.raw`(?:\[[0-9a-fA-F:.%]+\]|[^\s:/@[\]]+)`;
/** IPv6 hosts are in brackets. */
const hostAndPort = new RegExp(`^${host}:(\\d+)$`);
const url = new RegExp(`^https?://${host}(?::(\\d+))?/?$`);
/** Several, with commas between them. */
const addresses = /^ipv[46]:(.+)$/;
const socket = /^unix:(?:\/\/)?\/.+$/;

/**
 * Throws `invalid_argument` unless the address is `host:port`, or a URL that gRPC knows and that says where to go, and agrees with
 * the options about TLS. Whether there is such a host, is found out by connecting.
 */
export function checkAddress(address: unknown, insecure: boolean): asserts address is string {
  const fault = (why: string): ConfigError => new ConfigError('invalid_argument', `address ${why}`);
  if (typeof address !== 'string' || !/^[^\s]+$/.test(address)) throw fault('must be "host:port"');
  if (address.startsWith('http://') && !insecure) throw fault(`${address} is without TLS: say so with insecure: true`);
  if (address.startsWith('https://') && insecure) throw fault(`${address} contradicts insecure: true`);
  if (socket.test(address)) return;
  const ports = portsOf(address);
  if (ports === undefined) throw fault(`${address} must be "host:port": it has no port, or is no address`);
  const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
  if (!ports.every(isPort)) throw fault(`${address} must have a port from 1 to 65535`);
}

/** The ports that the address names, of `http` and `https` perhaps none; `undefined` for what is no address. */
function portsOf(address: string): readonly number[] | undefined {
  const [isUrl, port] = url.exec(address) ?? [];
  if (isUrl !== undefined) return port === undefined ? [] : [Number(port)];
  const list = addresses.exec(address)?.[1]?.split(',') ?? [address.replace(/^dns:(?:\/\/[^/]*\/)?/, '')];
  const ports = list.map((each) => Number(hostAndPort.exec(each)?.[1] ?? Number.NaN));
  return ports.some(Number.isNaN) ? undefined : ports;
}

/** The address as nice-grpc takes it, which knows a socket only by three slashes. */
export const normalized = (address: string): string => address.replace(/^unix:\/(?!\/)/, 'unix:///');

/** The addresses, at least one, each checked as {@link checkAddress} does. */
export function checkAddresses(server: unknown, insecure: boolean): readonly string[] {
  const addresses: readonly unknown[] = Array.isArray(server) ? server : [server];
  if (addresses.length === 0) throw new ConfigError('invalid_argument', 'address must be at least one');
  return addresses.map((address) => {
    checkAddress(address, insecure);
    return address;
  });
}
