import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import { PolicyFault, type RbacToken } from './policy.js';

/** A token as it is given to its user, and the hash that a policy keeps in its place. */
export interface HashedToken {
  readonly token: string;
  readonly hash: string;
}

const scheme = 'sha256';
const leastLength = 32;

/** The tokens that {@link hashToken} makes: with their own salt, by which they are found. */
const ownToken = /^cfg_([\w-]{16})_[\w-]{43}$/;

/**
 * Makes a bearer token of 256 random bits and its salted hash, or hashes a `token` of yours, which must be random too:
 * the hash is a fast one (SHA-256), which protects what cannot be guessed and nothing else. Throws `invalid_argument`
 * for a token of less than 32 characters.
 *
 * A token that this function made is found by its salt; others are compared with each hash, at some microseconds each.
 *
 * @example
 * const { token, hash } = hashToken();
 * const guard = rbac({ roles: { admin: [{ actions: ['*'] }] }, tokens: [{ user: 'ann', hash, roles: ['admin'] }] });
 */
export function hashToken(token?: string): HashedToken {
  if (token === undefined) {
    const salt = randomBytes(12).toString('base64url');
    const made = `cfg_${salt}_${randomBytes(32).toString('base64url')}`;
    return { token: made, hash: hashed(salt, made) };
  }
  if (token.length < leastLength) {
    throw new ConfigError('invalid_argument', `the token is shorter than ${leastLength} characters`);
  }
  return { token, hash: hashed(ownToken.exec(token)?.[1] ?? randomBytes(12).toString('base64url'), token) };
}

const hashed = (salt: string, token: string): string => `${scheme}:${salt}:${digest(salt, token)}`;

/** As text: a buffer costs Node.js three times as much to make as the hash. */
const digest = (salt: string, token: string): string => hash('sha256', `${salt}:${token}`, 'base64url');

/** How many characters a digest has. */
const digestLength = 43;

/** Where the digest of a token is written to be compared: nothing else happens meanwhile. */
const compared = Buffer.alloc(digestLength);

/** The same digest may be written with other last bits. */
const canonical = (encoded: string): string => Buffer.from(encoded, 'base64url').toString('base64url');

interface Known {
  readonly token: RbacToken;
  /** The characters of the digest. */
  readonly digest: Buffer;
  readonly expiresAtMs: number;
}

/** The tokens of a policy, by their hashes. */
export class TokenTable {
  readonly #bySalt = new Map<string, Known[]>();

  /** Throws {@link PolicyFault} for a hash that is none. */
  constructor(tokens: readonly RbacToken[]) {
    for (const [at, token] of tokens.entries()) {
      const [, salt = '', encoded = ''] = /^sha256:([\w-]{16}):([\w-]{43})$/.exec(token.hash) ?? [];
      if (salt === '') throw new PolicyFault(['tokens', at, 'hash'], 'is not a hash as cfg-server hash-token makes it');
      const expiresAtMs = token.expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(token.expires);
      if (Number.isNaN(expiresAtMs)) throw new PolicyFault(['tokens', at, 'expires'], 'is not an ISO 8601 time');
      const known = { token, digest: Buffer.from(canonical(encoded), 'latin1'), expiresAtMs };
      this.#bySalt.set(salt, [...(this.#bySalt.get(salt) ?? []), known]);
    }
  }

  /** The entry of a token. Compares in constant time. */
  find(token: string, nowMs: number): RbacToken | undefined {
    const salt = ownToken.exec(token)?.[1];
    const found = salt === undefined ? undefined : this.#among(salt, token);
    const known = found ?? this.#inTurn(token);
    return known !== undefined && nowMs < known.expiresAtMs ? known.token : undefined;
  }

  #inTurn(token: string): Known | undefined {
    if (token.length < leastLength || ownToken.test(token)) return undefined;
    let found: Known | undefined;
    for (const salt of this.#bySalt.keys()) found = this.#among(salt, token) ?? found;
    return found;
  }

  #among(salt: string, token: string): Known | undefined {
    const all = this.#bySalt.get(salt);
    if (all === undefined) return undefined;
    compared.write(digest(salt, token), 'latin1');
    return all.find((known) => timingSafeEqual(known.digest, compared));
  }
}
