import { parseJson } from '../rego/parse.js';
import { isArray, RegoObject, type RegoValue } from '../rego/value.js';
import { BuiltinError } from './builtin-error.js';

/** A JSON web token in its compact form, taken apart; nothing is verified. */
export interface Token {
  /** In base64url, as they came: these are what is signed. */
  readonly signed: string;
  readonly header: RegoObject;
  readonly payload: Buffer;
  readonly signature: Buffer;
}

/** Throws {@link BuiltinError}. */
export function decodeToken(text: string): Token {
  const parts = text.split('.');
  if (parts.length !== 3) throw new BuiltinError(`encoded JWT must have 3 sections, found ${parts.length}`);
  const [header = '', payload = '', signature = ''] = parts;
  const decoded = jsonObject(fromBase64Url(header).toString());
  if (decoded.get('enc') !== undefined) throw new BuiltinError('JWT is a JWE object, which is not supported');
  return {
    signed: `${header}.${payload}`,
    header: decoded,
    payload: fromBase64Url(payload),
    signature: fromBase64Url(signature),
  };
}

export function jsonObject(text: string): RegoObject {
  let value: RegoValue;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new BuiltinError('not JSON', { cause });
  }
  if (value instanceof RegoObject) return value;
  throw new BuiltinError('not a JSON object');
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function fromBase64Url(text: string): Buffer {
  if (!/^[\w-]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1) {
    throw new BuiltinError('not base64url');
  }
  return Buffer.from(text, 'base64url');
}

/** The fields of a header that decide about the signature. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
  readonly cty: string;
  /** Whether it demands an extension that nobody here knows. */
  readonly isCritical: boolean;
}

const known = ['alg', 'kid', 'typ', 'cty', 'crit'];

export function headerOf({ header }: Token): TokenHeader {
  const text = (name: string): string => {
    const value = header.get(name) ?? '';
    if (typeof value !== 'string') throw new BuiltinError(`${name}: must be a string`);
    return value;
  };
  text('typ');
  const critical = header.get('crit');
  if (critical !== undefined && (!isArray(critical) || critical.length === 0)) {
    throw new BuiltinError('crit: must be a nonempty list');
  }
  const isCritical = (critical ?? []).some(
    (name) => typeof name === 'string' && !known.includes(name) && header.get(name) !== undefined,
  );
  return { alg: text('alg'), kid: text('kid'), cty: text('cty'), isCritical };
}
