import { isArray, RegoObject, RegoSet, type RegoValue } from '../rego/value.js';
import { type Builtins, membersAt, stringAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { formatAddress, type Network, networksOf, parseAddress, parseCidr } from './cidr.js';

/** A network with more is no list that a policy should go through. */
const maxAddresses = 65_536n;

export const netBuiltins: Builtins = {
  'net.cidr_is_valid': ([text]) => {
    try {
      return typeof text === 'string' && parseCidr(text) !== undefined;
    } catch (error) {
      if (error instanceof BuiltinError) return false;
      throw error;
    }
  },
  'net.cidr_expand': (args) => {
    const { version, first, last } = parseCidr(stringAt(args, 0));
    if (last - first >= maxAddresses) throw new RangeError(`net.cidr_expand: more than ${maxAddresses} addresses`);
    const addresses: string[] = [];
    for (let at = first; at <= last; at += 1n) addresses.push(formatAddress(version, at));
    return RegoSet.of(addresses);
  },
  'net.cidr_contains_matches': (args) => {
    const networks = indexed(args[0]);
    const others = indexed(args[1]);
    const pairs: RegoValue[] = [];
    for (const [network, index] of networks) {
      for (const [other, otherIndex] of others) if (contains(network, other)) pairs.push([index, otherIndex]);
    }
    return RegoSet.of(pairs);
  },
  'net.cidr_merge': (args) => RegoSet.of(merge(membersAt(args, 0).map(networkIn))),
};

/** The texts of an operand, each with what it is reported by: its index, key or itself. */
function indexed(operand: RegoValue | undefined): [text: string, index: RegoValue][] {
  if (typeof operand === 'string') return [[operand, operand]];
  if (isArray(operand)) return operand.map((member, index) => [textIn(member), BigInt(index)]);
  if (operand instanceof RegoSet) return operand.elements.map((member) => [textIn(member), member]);
  if (operand instanceof RegoObject) return operand.entries.map(([key, member]) => [textIn(member), key]);
  return [];
}

/** A string, or the first element of a tuple. */
function textIn(member: RegoValue): string {
  const text = isArray(member) ? member[0] : member;
  if (typeof text === 'string') return text;
  throw new BuiltinError('element must be string or non-empty array');
}

function contains(network: string, other: string): boolean {
  const outer = parseCidr(network);
  const address = parseAddress(other);
  const inner = address
    ? { version: address.version, first: address.address, last: address.address }
    : parseCidr(other);
  return outer.version === inner.version && outer.first <= inner.first && inner.last <= outer.last;
}

interface Named extends Network {
  /** How it was written, for those that are merged with none. */
  readonly text: string | undefined;
}

function networkIn(member: RegoValue): Named {
  if (typeof member !== 'string') throw new BuiltinError('element must be string');
  const parsed = parseAddress(member);
  if (parsed === undefined) return { ...parseCidr(member), text: undefined };
  if (parsed.version === 6) throw new BuiltinError('IPv6 invalid: needs prefix length');
  // The network that the class of the address stands for, as in Go.
  const top = parsed.address >> 24n;
  const length = top < 128n ? 8 : top < 192n ? 16 : top < 224n ? 24 : undefined;
  if (length === undefined) throw new BuiltinError(`${member} is of no class`);
  return { ...parseCidr(`${member}/${length}`), text: `${member}/${length}` };
}

function merge(networks: readonly Named[]): string[] {
  const merged: Named[] = [];
  for (const version of [4, 6] as const) {
    const sorted = networks.filter((one) => one.version === version).sort((a, b) => (a.first < b.first ? -1 : 1));
    for (const network of sorted) {
      const last = merged.at(-1);
      if (last === undefined || last.version !== version || network.first > last.last + 1n) merged.push(network);
      else {
        const longest = network.last > last.last ? network : last; // Math.max takes no bigint
        merged.splice(-1, 1, { version, first: last.first, last: longest.last, text: undefined });
      }
    }
  }
  return merged.flatMap(({ version, first, last, text }) =>
    text === undefined ? [...networksOf(version, first, last)] : [text],
  );
}
