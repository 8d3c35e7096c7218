import type { ListenOptions } from 'node:net';

/**
 * Reads what nice-grpc's `listen` takes: `host:port`, `[::1]:port`, `unix:path`.
 *
 * @throws Error if it is none of these
 */
export function parseListenAddress(address: string): ListenOptions {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) };
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new Error(`${JSON.stringify(address)} is not an address to listen on: host:port, [host]:port or unix:path`);
  }
  return { host: host === '' ? '::' : host, port: Number(port) };
}
