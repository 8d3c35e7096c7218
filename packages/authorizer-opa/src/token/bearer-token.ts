import { createHash } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import { anonymous, type Identity } from '@cfg/service';
import { decodeJwt } from 'jose';
import type { Claims } from './verifier.js';

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
 * Who a token says that its bearer is, without anybody having looked whether it is genuine. What is no JSON web token
 * stands for a user by its hash, so that a policy or a log can name the user but not the secret.
 */
export function unverifiedIdentity(token: string | undefined, subjectClaim: string): Identity {
  if (token === undefined) return anonymous;
  try {
    return identityOf(decodeJwt(token), subjectClaim);
  } catch {
    return { userId: createHash('sha256').update(token).digest('hex'), claims: {} };
  }
}
