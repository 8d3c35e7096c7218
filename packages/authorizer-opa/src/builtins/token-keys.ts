import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { BuiltinError } from './builtin-error.js';
import { algorithms } from './signature.js';

export interface VerificationKey {
  readonly key: KeyObject;
  /** Empty: any. */
  readonly alg: string;
  /** Empty: none. */
  readonly kid: string;
}

/** Policies verify many tokens with the same few keys, and reading them costs more than verifying. */
const read = new LRUCache<string, readonly VerificationKey[]>({ max: 100 });

/** The keys in a certificate or a public key, both PEM, or in a JWK or a set of them. Throws {@link BuiltinError}. */
export function keysIn(text: string): readonly VerificationKey[] {
  const known = read.get(text);
  if (known !== undefined) return known;
  let keys: readonly VerificationKey[];
  try {
    keys = text.includes('-----BEGIN ') ? [{ key: fromPem(text), alg: '', kid: '' }] : fromJwks(text);
  } catch (cause) {
    if (cause instanceof BuiltinError) throw cause;
    throw new BuiltinError('neither a certificate, a public key nor a set of JSON web keys', { cause });
  }
  read.set(text, keys);
  return keys;
}

function fromPem(text: string): KeyObject {
  const [, label, rest] = /-----BEGIN ([^-]+)-----.*?-----END \1-----\r?\n?(.*)$/s.exec(text) ?? [];
  if (rest !== '') throw new BuiltinError('extra data after a PEM certificate block');
  if (label === 'CERTIFICATE') return new X509Certificate(text).publicKey;
  if (label === 'PUBLIC KEY') return createPublicKey(text);
  throw new BuiltinError('failed to extract a Key from the PEM certificate');
}

/** The first key of a JWK or a set of them, to sign with. Throws {@link BuiltinError}. */
export function signingKeyIn(text: string): KeyObject {
  try {
    const [jwk] = jwksIn(text);
    if (jwk === undefined) throw new BuiltinError('no keys found in JWK set');
    return jwk.kty === 'oct' ? secretKeyOf(jwk) : createPrivateKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw cause instanceof BuiltinError ? cause : new BuiltinError('not a key to sign with', { cause });
  }
}

const secretKeyOf = (jwk: JsonWebKey): KeyObject => createSecretKey(jwk.k ?? '', 'base64url');

function jwksIn(text: string): readonly JsonWebKey[] {
  const set: JsonWebKey | { keys: JsonWebKey[] } = JSON.parse(text);
  return 'keys' in set && Array.isArray(set.keys) ? set.keys : [set as JsonWebKey];
}

function fromJwks(text: string): VerificationKey[] {
  return jwksIn(text).flatMap((jwk) => {
    const { alg = '', kid = '' } = jwk;
    if (typeof alg !== 'string' || typeof kid !== 'string') throw new BuiltinError('alg and kid must be strings');
    if (alg !== '' && !algorithms.has(alg)) return [];
    const key = jwk.kty === 'oct' ? secretKeyOf(jwk) : createPublicKey({ key: jwk, format: 'jwk' });
    return [{ key, alg, kid }];
  });
}
