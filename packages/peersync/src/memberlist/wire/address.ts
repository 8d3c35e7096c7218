import { BlockList, isIP, SocketAddress } from 'node:net';
import { WireError } from './wire-error.js';

/** Where a node listens, with UDP and TCP alike. */
export interface Address {
  /** An IP address as text. */
  readonly host: string;
  readonly port: number;
}

export const sameAddress = (a: Address, b: Address): boolean => a.host === b.host && a.port === b.port;

/** The text of an IP address of 4 or 16 bytes; one that is mapped into IPv6 comes as IPv4. */
export function hostOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new WireError(`an address of ${bytes.length} bytes`);
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number)).toString(16),
  );
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

/** The bytes of an IP address. */
export function bytesOf(host: string): Uint8Array {
  if (isIP(host) === 4) return Uint8Array.from(host.split('.'), Number);
  if (isIP(host) !== 6) throw new WireError('not an IP address');
  const [head = '', tail] = host.replace(/%.*$/, '').split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').flatMap(groupBytes));
  const before = groups(head);
  const after = groups(tail ?? '');
  return Uint8Array.from([...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after]);
}

function groupBytes(group: string): number[] {
  if (group.includes('.')) return group.split('.').map(Number);
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}

const privateRanges = new BlockList();
privateRanges.addSubnet('10.0.0.0', 8);
privateRanges.addSubnet('172.16.0.0', 12);
privateRanges.addSubnet('192.168.0.0', 16);

/** Whether the address is of a private IPv4 network. */
export const isPrivate = (host: string): boolean => isIP(host) === 4 && privateRanges.check(host);
