import type { KeyObject } from 'node:crypto';
import { isArray, RegoObject, type RegoValue } from '../rego/value.js';
import { type Builtin, type Builtins, type EvaluationContext, objectAt, stringAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { formatJson } from './json-text.js';
import { algorithms, isSigned, secretKey, sign } from './signature.js';
import { decodeToken, headerOf, isJson, jsonObject, type Token, type TokenHeader } from './token.js';
import { keysIn, signingKeyIn, type VerificationKey } from './token-keys.js';

export const tokenBuiltins: Builtins = {
  'io.jwt.decode': (args) => {
    const { header, payload, signature } = innermost(decodeToken(stringAt(args, 0)));
    return [header, jsonObject(payload.toString()), signature.toString('hex')];
  },
  'io.jwt.decode_verify': (args, context) => decodeVerify(stringAt(args, 0), objectAt(args, 1), context),
  'io.jwt.encode_sign': ([header, payload, key]) =>
    encodeSign(formatJson(header ?? null), formatJson(payload ?? null), formatJson(key ?? null)),
  'io.jwt.encode_sign_raw': (args) => encodeSign(stringAt(args, 0), stringAt(args, 1), stringAt(args, 2)),
  ...Object.fromEntries([...algorithms.keys()].map((alg) => [`io.jwt.verify_${alg.toLowerCase()}`, verifier(alg)])),
};

/** A token may carry another, in quotes even. */
function innermost(token: Token): Token {
  if (token.header.get('cty') !== 'JWT') return token;
  return innermost(decodeToken(token.payload.toString().replace(/^["']+|["']+$/g, '')));
}

/** Whatever the header says, the signature must be one by this algorithm. */
function verifier(alg: string): Builtin {
  if (alg.startsWith('HS')) {
    return (args) => {
      const { signed, signature } = decodeToken(stringAt(args, 0));
      return isSigned(alg, secretKey(stringAt(args, 1)), signed, signature);
    };
  }
  return (args) => {
    const token = decodeToken(stringAt(args, 0));
    const keys = keysIn(stringAt(args, 1));
    return fits(keys, headerOf(token), (key) => isSigned(alg, key, token.signed, token.signature));
  };
}

/** By the key that the token names, if there is it; else by any that is not meant for another algorithm. */
function fits(
  keys: readonly VerificationKey[],
  { kid, alg }: TokenHeader,
  isKey: (key: KeyObject) => boolean,
): boolean {
  const named = kid === '' ? undefined : keys.find((key) => key.kid === kid);
  if (named !== undefined) return isKey(named.key);
  return keys.some((key) => (key.alg === '' || key.alg === alg) && isKey(key.key));
}

function encodeSign(header: string, payload: string, key: string): string {
  const fields = jsonObject(header);
  const [alg, typ = 'JWT'] = [fields.get('alg'), fields.get('typ')];
  if (typeof alg !== 'string') throw new BuiltinError("missing or invalid 'alg' header");
  if (typ === 'JWT' && !isJson(payload)) throw new BuiltinError('type is JWT but payload is not JSON');
  const signed = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${signed}.${sign(alg, signingKeyIn(key), signed).toString('base64url')}`;
}

interface Constraints {
  readonly keys: readonly VerificationKey[];
  readonly alg: string;
  readonly iss: string;
  readonly aud: string;
  /** In seconds since 1970. */
  readonly seconds: number;
}

function decodeVerify(text: string, wanted: RegoObject, context: EvaluationContext): RegoValue {
  const constraints = constraintsOf(wanted, context);
  const nobody = [false, new RegoObject([]), new RegoObject([])];
  for (let next = text; ; ) {
    const token = decodeToken(next);
    const header = headerOf(token);
    if (header.alg === '' || header.isCritical) return nobody;
    if (constraints.alg !== '' && constraints.alg !== header.alg) return nobody;
    const isKey = (key: KeyObject): boolean => isSigned(header.alg, key, token.signed, token.signature);
    if (!fits(constraints.keys, header, isKey)) return nobody;
    if (header.cty.toUpperCase() !== 'JWT') {
      const payload = jsonObject(token.payload.toString());
      return meets(payload, constraints) ? [true, token.header, payload] : nobody;
    }
    next = token.payload.toString();
  }
}

const constraintNames = ['cert', 'secret', 'alg', 'iss', 'aud', 'time'];

function constraintsOf(wanted: RegoObject, context: EvaluationContext): Constraints {
  const unknown = wanted.entries.find(([name]) => typeof name !== 'string' || !constraintNames.includes(name));
  if (unknown !== undefined) throw new BuiltinError(`unknown token validation constraint: ${String(unknown[0])}`);
  const text = (name: string): string => {
    const value = wanted.get(name) ?? '';
    if (typeof value !== 'string') throw new BuiltinError(`${name} constraint: must be a string`);
    return value;
  };
  const [cert, secret] = [wanted.get('cert') === undefined ? undefined : keysIn(text('cert')), text('secret')];
  if (cert !== undefined && secret !== '') throw new BuiltinError('duplicate key constraints');
  if (cert === undefined && secret === '') throw new BuiltinError('no key constraint');
  const time = wanted.get('time') ?? context.now;
  if ((typeof time !== 'bigint' && typeof time !== 'number') || time < 0) {
    throw new BuiltinError('token time constraint: must be a number, and not negative');
  }
  return {
    keys: cert ?? [{ key: secretKey(secret), alg: '', kid: '' }],
    alg: text('alg'),
    iss: text('iss'),
    aud: text('aud'),
    seconds: Number(time) / 1e9,
  };
}

function meets(payload: RegoObject, { iss, aud, seconds }: Constraints): boolean {
  if (iss !== '' && payload.get('iss') !== iss) return false;
  const audience = payload.get('aud');
  // A token for somebody is for nobody who does not say who he is.
  if (audience === undefined ? aud !== '' : !(isArray(audience) ? audience.includes(aud) : audience === aud))
    return false;
  const [expires, starts] = [numericDate(payload, 'exp'), numericDate(payload, 'nbf')];
  return !(expires !== undefined && seconds >= expires) && !(starts !== undefined && seconds < starts);
}

function numericDate(payload: RegoObject, name: string): number | undefined {
  const value = payload.get(name);
  if (value === undefined || typeof value === 'number' || typeof value === 'bigint') {
    return value === undefined ? undefined : Number(value);
  }
  throw new BuiltinError(`${name} value must be a number`);
}
