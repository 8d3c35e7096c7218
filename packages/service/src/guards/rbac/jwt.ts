import { readFileSync } from 'node:fs';
import { ConfigError, isConfigError } from '@cfg/core';
import { createLocalJWKSet, decodeJwt } from 'jose';
import type { Claims } from '../tokens/claims.js';
import { jwksVerifier } from '../tokens/jwks.js';
import {
  hmacVerifier,
  publicKeyAlgorithms,
  publicKeyVerifier,
  type TokenVerifier,
  verifierOf,
} from '../tokens/verifier.js';
import { PolicyFault, type RbacJwt } from './policy.js';

/** The claims of a valid token about its bearer. */
export interface JwtBearer {
  readonly user: string;
  readonly roles: readonly string[];
  readonly claims: Claims;
}

type Path = readonly (string | number)[];

interface Issuer {
  readonly jwt: RbacJwt;
  readonly verifier: TokenVerifier;
}

/** The issuers of JSON Web Tokens that a policy names. */
export class JwtIssuers {
  readonly #issuers: readonly Issuer[];

  /** Throws {@link PolicyFault} for keys that are none. */
  constructor(issuers: readonly RbacJwt[]) {
    this.#issuers = issuers.map((jwt, at) => ({ jwt, verifier: verifierFor(jwt, ['jwt', at]) }));
  }

  /** Whether `token` has the form of a JSON Web Token, and there is an issuer. */
  takes(token: string): boolean {
    return this.#issuers.length > 0 && /^ey[\w-]*\.[\w-]+\.[\w-]*$/.test(token);
  }

  /** Throws `unauthenticated` with the reason; `unavailable` where a key server is. */
  verify(token: string): JwtBearer | Promise<JwtBearer> {
    const { jwt, verifier } = this.#issuerOf(token);
    const claims = verifier.verify(token);
    return claims instanceof Promise ? claims.then((found) => bearerOf(found, jwt)) : bearerOf(claims, jwt);
  }

  #issuerOf(token: string): Issuer {
    const [only] = this.#issuers;
    // A single issuer's verifier looks at the claim itself.
    if (only !== undefined && this.#issuers.length === 1) return only;
    const claimed = issuerIn(token);
    const found = this.#issuers.find(({ jwt }) => jwt.issuer === undefined || jwt.issuer === claimed);
    if (found === undefined) throw refused('the token is of an unknown issuer');
    return found;
  }
}

function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw refused('the credential is not a token that can be verified');
  }
}

function bearerOf(
  claims: Claims,
  { userClaim = 'sub', userPrefix = '', rolesClaim = 'roles', roles }: RbacJwt,
): JwtBearer {
  const user = claims[userClaim];
  if (typeof user !== 'string' || user === '') throw refused(`the token has no claim ${userClaim}`);
  return { user: userPrefix + user, roles: [...(roles ?? []), ...rolesIn(claims, rolesClaim)], claims };
}

function verifierFor(jwt: RbacJwt, path: Path): TokenVerifier {
  const { key, secret, jwks, algorithms, issuer, audience, clockToleranceSeconds = 30 } = jwt;
  const given = (['key', 'secret', 'jwks'] as const).filter((name) => jwt[name] !== undefined);
  if (given.length !== 1) throw new PolicyFault(path, 'needs exactly one of key, secret and jwks');
  const rules = { algorithms, issuer, audience, clockToleranceMs: clockToleranceSeconds * 1_000 };
  try {
    if (secret !== undefined) return hmacVerifier(secretIn(secret, [...path, 'secret']), rules);
    if (key !== undefined) return publicKeyVerifier(publicKeyIn(key, [...path, 'key']), rules);
    if (typeof jwks === 'string') return jwksVerifier(jwks, rules);
    return verifierOf(createLocalJWKSet(jwks as never), rules, publicKeyAlgorithms);
  } catch (error) {
    throw isConfigError(error) ? new PolicyFault(path, error.message) : error;
  }
}

function secretIn(text: string, path: Path): Uint8Array {
  const bytes = contentOf(text, path);
  if (bytes.length < 32) throw new PolicyFault(path, 'is shorter than 32 bytes');
  return bytes;
}

function publicKeyIn(text: string, path: Path): string {
  const pem = Buffer.from(contentOf(text, path)).toString();
  if (pem.includes('PRIVATE KEY')) throw new PolicyFault(path, 'is a private key; the public one is needed');
  return pem;
}

function contentOf(text: string, path: Path): Uint8Array {
  if (!text.startsWith('file:')) return Buffer.from(text);
  try {
    const bytes = readFileSync(text.slice('file:'.length));
    // Editors end a file with a line break, which is no part of a secret.
    return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  } catch (error) {
    throw new PolicyFault(path, error instanceof Error ? error.message : String(error));
  }
}

function rolesIn(claims: Claims, claim: string): readonly string[] {
  let value: unknown = claims;
  for (const part of claim.split('.')) {
    const inner = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
    value = inner ? (value as Record<string, unknown>)[part] : undefined;
  }
  if (typeof value === 'string') return value.split(' ').filter((name) => name !== '');
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

const refused = (message: string): ConfigError => new ConfigError('unauthenticated', message);
