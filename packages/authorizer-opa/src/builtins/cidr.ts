import { isIP } from 'node:net';
import { BuiltinError } from './builtin-error.js';

/** A network of IP addresses. Those of version 4 are numbers below 2³². */
export interface Network {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

export const bitsOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

/** An address as a number; undefined for what is none. Zones (`%eth0`) are refused, as in Go. */
export function parseAddress(text: string): { version: 4 | 6; address: bigint } | undefined {
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 4) return { version: 4, address: joined(text.split('.').map(Number), 8n) };
  if (version !== 6) return undefined;
  // WHATWG writes an address of version 6 in one way only, without dotted quads.
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? [] : new Array<number>(8 - before.length - after.length).fill(0);
  const address = joined([...before, ...zeros, ...after], 16n);
  // Mapped addresses are those of version 4.
  return address >> 32n === 0xffffn ? { version: 4, address: address & 0xffffffffn } : { version: 6, address };
}

const groupsOf = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));

const joined = (parts: readonly number[], bits: bigint): bigint =>
  parts.reduce((sum, part) => (sum << bits) | BigInt(part), 0n);

/** `10.0.0.0/8`. Throws {@link BuiltinError}. */
export function parseCidr(text: string): Network {
  const [, host = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const parsed = parseAddress(host);
  const length = Number(digits);
  if (parsed === undefined || digits === '' || length > bitsOf(parsed.version)) {
    throw new BuiltinError(`invalid CIDR address: ${text}`);
  }
  return networkOf(parsed.version, parsed.address, length);
}

export function networkOf(version: 4 | 6, address: bigint, length: number): Network {
  const hosts = (1n << BigInt(bitsOf(version) - length)) - 1n;
  return { version, first: address & ~hosts, last: address | hosts };
}

/** An address as Go writes it: of version 6, the longest run of zeros cut short. */
export function formatAddress(version: 4 | 6, address: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (address >> BigInt(112 - index * 16)) & 0xffffn);
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1);
}

/** The fewest networks that cover the addresses from `first` to `last` and no other. */
export function* networksOf(version: 4 | 6, first: bigint, last: bigint): Generator<string> {
  for (let at = first; at <= last; ) {
    let length = bitsOf(version);
    for (; length > 0; length -= 1) {
      const wider = networkOf(version, at, length - 1);
      if (wider.first !== at || wider.last > last) break;
    }
    yield `${formatAddress(version, at)}/${length}`;
    at = networkOf(version, at, length).last + 1n;
  }
}
