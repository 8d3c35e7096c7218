import { randomUUID } from 'node:crypto';
import { RegoObject, type RegoValue } from '../rego/value.js';
import { type Builtins, stringAt } from './builtin.js';
import { draw } from './draw.js';

export const uuidBuiltins: Builtins = {
  'uuid.rfc4122': (args, context) => draw(context, `uuid ${stringAt(args, 0)}`, () => randomUUID()),
  'uuid.parse': (args) => parse(stringAt(args, 0)),
};

const hyphenated = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** 100 ns between the Gregorian calendar, from which UUIDs count, and 1970. */
const gregorian = 122_192_928_000_000_000n;

function parse(text: string): RegoValue | undefined {
  const bare = text.replace(/^urn:uuid:/i, '').replace(/^\{(.*)\}$/, '$1');
  if (!hyphenated.test(bare) && !/^[\da-f]{32}$/i.test(text)) return undefined;
  const bytes = Buffer.from(bare.replaceAll('-', ''), 'hex');
  const version = BigInt(bytes.readUInt8(6) >> 4);
  const fields: Record<string, RegoValue> = { version, variant: variantOf(bytes.readUInt8(8)) };
  if (version === 1n || version === 2n) {
    const ticks =
      BigInt(bytes.readUInt32BE(0)) |
      (BigInt(bytes.readUInt16BE(4)) << 32n) |
      (BigInt(bytes.readUInt16BE(6) & 0xfff) << 48n);
    fields.time = BigInt.asIntN(64, (ticks - gregorian) * 100n); // as far as 64 bits go, as in OPA
    fields.nodeid = bytes
      .subarray(10)
      .toString('hex')
      .replace(/..(?=.)/g, '$&-');
    fields.macvariables = macOf(bytes.readUInt8(10));
    fields.clocksequence = BigInt(bytes.readUInt16BE(8) & 0x3fff);
  }
  if (version === 2n) {
    fields.id = BigInt(bytes.readUInt32BE(0));
    const domain = bytes.readUInt8(9);
    fields.domain = ['Person', 'Group', 'Org'][domain] ?? `Domain${domain}`;
  }
  return RegoObject.of(fields);
}

function variantOf(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122';
  if ((byte & 0xe0) === 0xc0) return 'Microsoft';
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

const macOf = (byte: number): string => `${byte & 2 ? 'local' : 'global'}:${byte & 1 ? 'multicast' : 'unicast'}`;
