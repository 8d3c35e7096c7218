import { parseAllDocuments, stringify } from 'yaml';
import { RegoObject, type RegoValue } from '../rego/value.js';
import { type Builtins, objectAt, stringAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { formatJson } from './json-text.js';

export const encodingBuiltins: Builtins = {
  'base64url.encode_no_pad': (args) => Buffer.from(stringAt(args, 0)).toString('base64url'),
  'hex.encode': (args) => Buffer.from(stringAt(args, 0)).toString('hex'),
  'hex.decode': (args) => {
    const text = stringAt(args, 0);
    if (text.length % 2 !== 0 || /[^\da-f]/i.test(text)) throw new BuiltinError('not hexadecimal');
    return Buffer.from(text, 'hex').toString();
  },
  'json.marshal_with_options': (args) => {
    const { indent, prefix, pretty } = layoutOf(objectAt(args, 1));
    const value = args[0] ?? null;
    return pretty ? prefix + formatJson(value, { indent, prefix }) : formatJson(value);
  },
  'yaml.marshal': (args) => stringify(plain(args[0] ?? null), { sortMapEntries: true, lineWidth: 0 }),
  'yaml.unmarshal': (args) => readYaml(stringAt(args, 0)),
  'yaml.is_valid': (args) => {
    try {
      return typeof args[0] === 'string' && readYaml(args[0]) !== undefined;
    } catch (error) {
      if (error instanceof BuiltinError) return false;
      throw error;
    }
  },
};

function readYaml(text: string): RegoValue {
  try {
    // Whole numbers as bigint, as everywhere here. Of several documents the first counts, but all must be right.
    const documents = [...parseAllDocuments(text, { intAsBigInt: true, merge: true })];
    const [fault] = documents.flatMap(({ errors }) => errors);
    if (fault !== undefined) throw fault;
    return regoValueOf(documents[0]?.toJS({ maxAliasCount: 100 }));
  } catch (cause) {
    throw new BuiltinError('not YAML', { cause });
  }
}

function regoValueOf(read: unknown): RegoValue {
  if (Array.isArray(read)) return read.map(regoValueOf);
  if (typeof read === 'object' && read !== null) {
    return new RegoObject(Object.entries(read).map(([key, member]) => [key, regoValueOf(member)]));
  }
  return typeof read === 'boolean' || typeof read === 'string' || typeof read === 'bigint' || typeof read === 'number'
    ? read
    : null;
}

const plain = (value: RegoValue): unknown => JSON.parse(formatJson(value));

function layoutOf(options: RegoObject): { indent: string; prefix: string; pretty: boolean } {
  const layout = { indent: '\t', prefix: '', pretty: false };
  let pretty: boolean | undefined;
  for (const [key, value] of options.entries) {
    if ((key === 'indent' || key === 'prefix') && typeof value === 'string') {
      layout[key] = value;
      layout.pretty = true;
    } else if (key === 'pretty' && typeof value === 'boolean') pretty = value;
    else throw new BuiltinError(`json.marshal_with_options: wrong option ${String(key)}`);
  }
  return { ...layout, pretty: pretty ?? layout.pretty };
}
