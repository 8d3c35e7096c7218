import { createHash } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import { anonymous, type Claims, type Identity } from '@cfg/service';
import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';

/** The part of a call's metadata that is read here. */
export interface TokenHeaders {
  get(name: string): string | Uint8Array | undefined;
}

/** The token of a call; undefined if it has none. Throws `unauthenticated` for more than one. */
export function bearerToken(metadata: TokenHeaders, header: string): string | undefined {
  const value = String(metadata.get(header) ?? '');
  // Several values of a header come as one, with commas; no token has one.
  if (value.includes(',')) throw new ConfigError('unauthenticated', `more than one ${header}`);
  const token = value.replace(/^bearer(?: +|$)/i, '').trim();
  return token === '' ? undefined : token;
}

/** Who a token's claims say that its bearer is. A subject that is no text is none. */
export function identityOf(claims: Claims, subjectClaim: string): Identity {
  const subject = Object.hasOwn(claims, subjectClaim) ? claims[subjectClaim] : undefined;
  return { userId: typeof subject === 'string' || typeof subject === 'number' ? String(subject) : '', claims };
}

/**
 * Who tokens say that their bearers are, without anybody having looked whether they are genuine. What is no JSON web
 * token stands for a user by its hash, so that a policy or a log can name the user but not the secret.
 *
 * The same token always says the same, so the last few are kept: most callers call more than once.
 */
export class UnverifiedIdentities {
  readonly #subjectClaim: string;
  readonly #known = new LRUCache<string, Identity>({ max: 1_000 });

  constructor(subjectClaim: string) {
    this.#subjectClaim = subjectClaim;
  }

  of(token: string | undefined): Identity {
    if (token === undefined) return anonymous;
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const identity = this.#read(token);
    if (token.length <= maxKeptLength) this.#known.set(token, identity);
    return identity;
  }

  #read(token: string): Identity {
    try {
      return identityOf(decodeJwt(token), this.#subjectClaim);
    } catch {
      return { userId: createHash('sha256').update(token).digest('hex'), claims: {} };
    }
  }
}

/** Of a token. A thousand of this length are 8 MB. */
const maxKeptLength = 8 * 1024;
