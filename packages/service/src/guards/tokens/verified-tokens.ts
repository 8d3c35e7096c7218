import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Claims } from './claims.js';

const maxTokens = 10_000;

/**
 * The claims of tokens that were found genuine, by the token's hash: a signature costs a hundred times what finding the
 * token here does. None is kept longer than it is good.
 */
export class VerifiedTokens {
  readonly #trustMs: number;
  readonly #known = new LRUCache<string, Claims>({ max: maxTokens });

  constructor(trustMs: number) {
    this.#trustMs = trustMs;
  }

  find(token: string): Claims | undefined {
    return this.#known.size === 0 ? undefined : this.#known.get(nameOf(token));
  }

  add(token: string, claims: Claims): void {
    const leftMs = typeof claims.exp === 'number' ? claims.exp * 1_000 - Date.now() : this.#trustMs;
    const ttl = Math.floor(Math.min(leftMs, this.#trustMs));
    if (ttl > 0) this.#known.set(nameOf(token), claims, { ttl });
  }
}

const nameOf = (token: string): string => hash('sha256', token, 'base64url');
