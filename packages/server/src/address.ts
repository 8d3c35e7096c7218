import { isIP } from 'node:net';

/** Where a door opens. */
export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Reads `host:port`, an IPv6 address in brackets: `[::1]:9090`. Undefined if `text` is not one. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const [, bracketed, plain, digits] = match;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined;
  const port = Number(digits);
  return port > 65_535 ? undefined : { host: bracketed ?? plain ?? '', port };
}

export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only programs of this machine reach it. */
export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
