import { createPublicKey, createSecretKey, type JsonWebKey, KeyObject } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Claims } from './claims.js';
import { tokenRefused } from './token-refused.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Finds out whether a token is genuine and good now. */
export interface TokenVerifier {
  /**
   * The token's claims. What it throws is UNAUTHENTICATED, with the error's message, unless the error has a status of its
   * own: a `ConfigError` `unavailable`, say, where keys cannot be fetched.
   */
  verify(token: string): Claims | Promise<Claims>;
  /** Called once, when the guard closes. */
  close?(): void | Promise<void>;
}

/** The claims that a token must have, besides a good signature. `exp` and `nbf` are heeded in any case. */
export interface TokenRules {
  /** The issuer, or those that are accepted. Default: any, and none. */
  readonly issuer?: string | readonly string[] | undefined;
  /** Who we are: the token must be meant for one of these. Default: any, and none. */
  readonly audience?: string | readonly string[] | undefined;
  /** How far clocks may be apart, in milliseconds. Default 0. */
  readonly clockToleranceMs?: number | undefined;
  /** The algorithms that are accepted, of those that fit the key. Default: all that fit. */
  readonly algorithms?: readonly string[] | undefined;
  /**
   * How long a token that was found genuine is taken without looking again, in milliseconds, if it does not expire
   * before. A key that is withdrawn is trusted that much longer. Default 60,000; 0: not at all. 10,000 tokens are kept.
   */
  readonly trustMs?: number | undefined;
}

const hmacAlgorithms = ['HS256', 'HS384', 'HS512'];
const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const curves: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/** Nothing that travels in a header is longer; checked before any of it is decoded. */
const maxTokenLength = 16_384;

/** All that use a public key. */
export const publicKeyAlgorithms: readonly string[] = [...rsaAlgorithms, ...curves.values(), 'EdDSA', 'Ed25519'];

/**
 * Verifies tokens by a secret that we share with who issues them: HS256, HS384, HS512. A secret shorter than the hash
 * (32 bytes for HS256) can be guessed; it is taken all the same, as other programs may use it.
 *
 * Throws `invalid_argument` for an empty secret and for rules that cannot be kept.
 */
export function hmacVerifier(secret: string | Uint8Array, rules: TokenRules = {}): TokenVerifier {
  if (secret.length === 0) throw new ConfigError('invalid_argument', 'secret must not be empty');
  const key = typeof secret === 'string' ? createSecretKey(secret, 'utf8') : createSecretKey(secret);
  return verifierOf(() => key, rules, hmacAlgorithms);
}

/**
 * Verifies tokens by a public key: RS256 to PS512 for RSA, ES256 to ES512 by the curve, EdDSA. The key is in PEM (a
 * certificate will do), a JSON web key, or Node's own object. Throws `invalid_argument` for what is none of these.
 */
export function publicKeyVerifier(key: string | JsonWebKey | KeyObject, rules: TokenRules = {}): TokenVerifier {
  const object = publicKeyOf(key);
  return verifierOf(() => object, rules, algorithmsOf(object));
}

/** A verifier by jose, with the keys that `getKey` finds. Only `allowed` algorithms, so never `none`. */
export function verifierOf(
  getKey: JWTVerifyGetKey | (() => KeyObject),
  rules: TokenRules,
  allowed: readonly string[],
): TokenVerifier {
  const { issuer, audience, clockToleranceMs = 0, algorithms = allowed } = rules;
  const foreign = algorithms.find((algorithm) => !allowed.includes(algorithm));
  if (foreign !== undefined || algorithms.length === 0) {
    const message = `algorithms must be some of ${allowed.join(', ')}`;
    throw new ConfigError('invalid_argument', foreign === undefined ? message : `${message}, not ${foreign}`);
  }
  if (!(clockToleranceMs >= 0 && Number.isFinite(clockToleranceMs))) {
    throw new ConfigError('invalid_argument', 'clockToleranceMs must be at least 0');
  }
  const options: JWTVerifyOptions = {
    algorithms: [...algorithms],
    clockTolerance: clockToleranceMs / 1_000,
    ...(issuer !== undefined && { issuer: typeof issuer === 'string' ? issuer : [...issuer] }),
    ...(audience !== undefined && { audience: typeof audience === 'string' ? audience : [...audience] }),
  };
  const verified = new VerifiedTokens(wholeNumber('trustMs', rules.trustMs ?? 60_000, 0, maxInt32));
  const verify = async (token: string): Promise<Claims> => {
    const claims = await verifyNow(token, getKey as JWTVerifyGetKey, options);
    verified.add(token, claims);
    return claims;
  };
  return {
    verify(token) {
      if (token.length > maxTokenLength) throw new ConfigError('unauthenticated', 'the token is too long');
      return verified.find(token) ?? verify(token);
    },
  };
}

async function verifyNow(token: string, find: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<Claims> {
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw tokenRefused(error);
    return verifyByAny(token, error, options);
  }
}

/** A token that does not name its key, of which several fit. */
async function verifyByAny(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<Claims> {
  let last: unknown = keys;
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      last = error;
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  throw tokenRefused(last);
}

function publicKeyOf(key: string | JsonWebKey | KeyObject): KeyObject {
  try {
    const object =
      key instanceof KeyObject ? key : createPublicKey(typeof key === 'string' ? key : { key, format: 'jwk' });
    if (object.type === 'public') return object;
  } catch (cause) {
    throw new ConfigError('invalid_argument', 'key must be a public key in PEM or a JSON web key', { cause });
  }
  throw new ConfigError('invalid_argument', 'key must be a public key');
}

function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): readonly string[] {
  if (type === 'rsa') return rsaAlgorithms;
  if (type === 'rsa-pss') return rsaAlgorithms.filter((algorithm) => algorithm.startsWith('PS'));
  if (type === 'ed25519') return ['EdDSA', 'Ed25519'];
  const curve = curves.get(details?.namedCurve ?? '');
  if (type === 'ec' && curve !== undefined) return [curve];
  throw new ConfigError('invalid_argument', `no token is signed by a key of type ${details?.namedCurve ?? type}`);
}
