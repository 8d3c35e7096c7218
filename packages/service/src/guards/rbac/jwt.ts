import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '@cfg/core';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { PolicyFault, type RbacJwt } from './policy.js';

/** What a valid token says of its bearer. */
export interface JwtBearer {
  readonly user: string;
  readonly roles: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

const hmac = ['HS256', 'HS384', 'HS512'];
const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const ec = ['ES256', 'ES384', 'ES512'];
const edwards = ['EdDSA', 'Ed25519'];

/** How long a checked token is taken for valid without being checked again, if it does not expire before. */
const trustedMs = 60_000;
const maxTrusted = 10_000;
/** Nothing that travels in a header is longer; checked before any of it is decoded. */
const maxLength = 16_384;

interface Issuer {
  readonly jwt: RbacJwt;
  readonly keyOf: JWTVerifyGetKey;
  readonly algorithms: string[];
}

/** Checks JSON Web Tokens. */
export class JwtVerifier {
  readonly #issuers: readonly Issuer[];
  /** Checked tokens by their hash: a signature costs a hundred times what finding it here does. */
  readonly #trusted = new LRUCache<string, JwtBearer>({ max: maxTrusted });

  /** Throws {@link PolicyFault} for keys that are none. */
  constructor(issuers: readonly RbacJwt[]) {
    this.#issuers = issuers.map(issuerOf);
  }

  /** Whether `token` has the form of a JSON Web Token, and there is an issuer. */
  takes(token: string): boolean {
    return this.#issuers.length > 0 && /^ey[\w-]*\.[\w-]+\.[\w-]*$/.test(token);
  }

  /** Throws `unauthenticated` with the reason; what a key server fails with is thrown as it is. */
  verify(token: string): JwtBearer | Promise<JwtBearer> {
    if (token.length > maxLength) throw refused('the token is too long');
    const name = hash('sha256', token, 'base64url');
    return this.#trusted.get(name) ?? this.#verify(token, name);
  }

  async #verify(token: string, name: string): Promise<JwtBearer> {
    const { jwt, keyOf, algorithms } = this.#issuerOf(token);
    const { issuer, audience, clockToleranceSeconds: clockTolerance = 30, userClaim = 'sub', userPrefix = '' } = jwt;
    const options = { algorithms, clockTolerance, ...(issuer && { issuer }), ...(audience && { audience }) };
    const { payload } = await jwtVerify(token, keyOf, options).catch(refuse);
    const user = payload[userClaim];
    if (typeof user !== 'string' || user === '') throw refused(`the token has no claim ${userClaim}`);
    const roles = [...(jwt.roles ?? []), ...rolesOf(payload, jwt.rolesClaim ?? 'roles')];
    const bearer = { user: userPrefix + user, roles, claims: payload };
    const leftMs = payload.exp === undefined ? trustedMs : payload.exp * 1_000 - Date.now();
    if (leftMs > 0) this.#trusted.set(name, bearer, { ttl: Math.min(leftMs, trustedMs) });
    return bearer;
  }

  #issuerOf(token: string): Issuer {
    let claimed: string | undefined;
    try {
      claimed = decodeJwt(token).iss;
    } catch {
      throw refused('the token is not valid');
    }
    const found = this.#issuers.find(({ jwt }) => jwt.issuer === undefined || jwt.issuer === claimed);
    if (found === undefined) throw refused('the token is of an unknown issuer');
    return found;
  }
}

function issuerOf(jwt: RbacJwt, at: number): Issuer {
  const given = (['key', 'secret', 'jwks'] as const).filter((name) => jwt[name] !== undefined);
  if (given.length !== 1) throw new PolicyFault(['jwt', at], 'needs exactly one of key, secret and jwks');
  const { key, secret, jwks } = jwt;
  const accepted = (fitting: readonly string[]): string[] => {
    for (const [place, name] of (jwt.algorithms ?? []).entries()) {
      if (fitting.includes(name)) continue;
      throw new PolicyFault(['jwt', at, 'algorithms', place], `${name} is none of ${fitting.join(', ')}`);
    }
    return [...(jwt.algorithms ?? fitting)];
  };
  if (secret !== undefined) {
    const bytes = contentOf(secret, ['jwt', at, 'secret']);
    if (bytes.length < 32) throw new PolicyFault(['jwt', at, 'secret'], 'is shorter than 32 bytes');
    return { jwt, keyOf: () => bytes, algorithms: accepted(hmac) };
  }
  if (key !== undefined) {
    const path = ['jwt', at, 'key'];
    const made = publicKey(contentOf(key, path), path);
    const fitting = { rsa, 'rsa-pss': rsa, ec, ed25519: edwards }[made.asymmetricKeyType as string];
    if (fitting === undefined) throw new PolicyFault(path, `is of an unknown type, ${made.asymmetricKeyType}`);
    return { jwt, keyOf: () => made, algorithms: accepted(fitting) };
  }
  const algorithms = accepted([...rsa, ...ec, ...edwards]);
  if (typeof jwks !== 'string') return { jwt, keyOf: createLocalJWKSet(jwks as never), algorithms };
  if (!URL.canParse(jwks) || !/^https?:$/.test(new URL(jwks).protocol)) {
    throw new PolicyFault(['jwt', at, 'jwks'], 'is neither a key set nor a URL');
  }
  return { jwt, keyOf: createRemoteJWKSet(new URL(jwks)), algorithms };
}

function contentOf(text: string, path: readonly (string | number)[]): Uint8Array {
  if (!text.startsWith('file:')) return Buffer.from(text);
  try {
    const bytes = readFileSync(text.slice('file:'.length));
    // Editors end a file with a line break, which is no part of a secret.
    return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  } catch (error) {
    throw new PolicyFault(path, error instanceof Error ? error.message : String(error));
  }
}

function publicKey(pem: Uint8Array, path: readonly (string | number)[]): KeyObject {
  const text = Buffer.from(pem).toString();
  if (text.includes('PRIVATE KEY')) throw new PolicyFault(path, 'is a private key; the public one is needed');
  try {
    return createPublicKey(text);
  } catch {
    throw new PolicyFault(path, 'is not a public key in PEM form');
  }
}

function rolesOf(payload: JWTPayload, claim: string): readonly string[] {
  let value: unknown = payload;
  for (const part of claim.split('.')) {
    const inner = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
    value = inner ? (value as Record<string, unknown>)[part] : undefined;
  }
  if (typeof value === 'string') return value.split(' ').filter((name) => name !== '');
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

const refused = (message: string): ConfigError => new ConfigError('unauthenticated', message);

/** What is the token's fault is told its bearer; what is a key server's goes on as it is. */
function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw refused('the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    throw refused(`the token's claim ${error.claim} is not accepted`);
  const isToken = [
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWSSignatureVerificationFailed,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind);
  throw isToken || isKeyMisfit(error) ? refused('the token is not valid') : error;
}

/** An algorithm that is accepted in general but does not fit this key: jose's Web Crypto refuses it. */
const isKeyMisfit = (error: unknown): boolean => error instanceof DOMException && error.name === 'DataError';
