import { isArray, RegoObject, RegoSet, type RegoValue } from '../rego/value.js';
import { type Builtins, objectAt, stringAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';

export const uriBuiltins: Builtins = {
  'uri.parse': (args) => RegoObject.of(parse(stringAt(args, 0))),
  'uri.is_valid': ([text]) => {
    if (typeof text !== 'string' || text === '') return false;
    try {
      return parse(text) !== undefined;
    } catch (error) {
      if (error instanceof BuiltinError) return false;
      throw error;
    }
  },
  'urlquery.encode': (args) => encodeQuery(stringAt(args, 0)),
  'urlquery.decode': (args) => unescapeText(stringAt(args, 0).replaceAll('+', ' ')),
  'urlquery.encode_object': (args) => encodeObject(objectAt(args, 0)),
  'urlquery.decode_object': (args) => decodeObject(stringAt(args, 0)),
};

/** As Go's url.Parse, which takes more than the URL of the web does: references without a scheme, say. */
function parse(text: string): Record<string, string> {
  if ([...text].some((character) => character < ' ' || character === '\x7f')) {
    throw new BuiltinError('invalid control character in URL');
  }
  const [beforeFragment, fragment] = cut(text, '#');
  const [, scheme = '', afterScheme = ''] = /^(?:([a-z][a-z\d+.-]*):)?(.*)$/is.exec(beforeFragment) ?? [];
  if (afterScheme.startsWith(':') && scheme === '') throw new BuiltinError('missing protocol scheme');
  const [hierarchy, query] = cut(afterScheme, '?');
  const parts: Record<string, string> = {};
  if (scheme !== '') parts.scheme = scheme.toLowerCase();
  if (query !== undefined && query !== '') parts.raw_query = query;
  if (fragment !== undefined && fragment !== '') parts.fragment = unescapeText(fragment);
  if (scheme !== '' && !hierarchy.startsWith('/')) return parts; // opaque, as in mailto:ann@example.com
  const [, authority, path = ''] = /^(?:\/\/([^/]*))?(.*)$/s.exec(hierarchy) ?? [];
  if (authority === undefined && scheme === '' && /^[^/]*:/.test(path)) {
    throw new BuiltinError('first path segment in URL cannot contain colon');
  }
  if (authority !== undefined) Object.assign(parts, hostOf(authority));
  if (path !== '') {
    parts.path = unescapeText(path);
    parts.raw_path = escapePath(parts.path) === path ? parts.path : path;
  }
  return parts;
}

function hostOf(authority: string): Record<string, string> {
  const userEnd = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(userEnd, 0));
  if (!/^[\w\-.:~!$&'()*+,;=%@]*$/.test(user)) throw new BuiltinError('invalid userinfo');
  unescapeText(user);
  const host = authority.slice(userEnd + 1);
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(host);
  if (match === null) throw new BuiltinError(`invalid host ${host}`);
  const [, bracketed, plain = '', port] = match;
  const hostname = unescapeText(bracketed ?? plain);
  if (/[\s"<>\\^`{|}]/.test(hostname)) throw new BuiltinError(`invalid character in host ${host}`);
  return { ...(hostname !== '' && { hostname }), ...(port && { port }) };
}

function cut(text: string, separator: string): [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function unescapeText(text: string): string {
  if (/%(?![\da-f]{2})/i.test(text)) throw new BuiltinError(`invalid URL escape in ${text}`);
  if (!text.includes('%')) return text;
  const bytes = text.replace(/[^%]+|%(..)/gs, (plain, hex: string | undefined) =>
    hex === undefined ? Buffer.from(plain).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

const escapeText = (text: string, keep: RegExp): string =>
  text.replace(/./gsu, (character) =>
    keep.test(character)
      ? character
      : [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

const escapePath = (path: string): string => escapeText(path, /[\w\-.~$&+,/:;=@]/);
const encodeQuery = (text: string): string => escapeText(text, /[\w\-.~ ]/).replaceAll(' ', '+');

function encodeObject(object: RegoObject): string {
  const fields = object.entries.map(([key, value]) => {
    if (typeof key !== 'string') throw new BuiltinError('keys must be strings');
    return [key, valuesOf(value)] as const;
  });
  return fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, values]) => values.map((value) => `${encodeQuery(key)}=${encodeQuery(value)}`))
    .join('&');
}

function valuesOf(value: RegoValue): readonly string[] {
  const values = value instanceof RegoSet ? RegoSet.of(value.elements).elements : isArray(value) ? value : [value];
  if (values.every((one) => typeof one === 'string')) return values;
  throw new BuiltinError('values must be string, array[string], or set[string]');
}

function decodeObject(query: string): RegoObject {
  const found = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    if (pair.includes(';')) throw new BuiltinError('invalid semicolon separator in query');
    const [key, value = ''] = cut(pair, '=').map((part) => unescapeText((part ?? '').replaceAll('+', ' ')));
    if (key === undefined) continue;
    const values = found.get(key) ?? [];
    values.push(value);
    found.set(key, values);
  }
  return new RegoObject([...found]);
}
