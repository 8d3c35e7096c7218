import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import type { JSONWebKeySet } from 'jose';
import { HttpClient, type TlsOptions } from './http-client.js';
import { KeySet } from './key-set.js';
import { publicKeyAlgorithms, type TokenRules, type TokenVerifier, verifierOf } from './verifier.js';

/** Times are in milliseconds, whole, and at most 2³¹ − 1. */
export interface JwksOptions extends TokenRules {
  /** How the server of the keys is recognised, and how we show who we are to it. Default: the system's authorities. */
  readonly tls?: TlsOptions | undefined;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How old the keys may get before they are fetched afresh, beside the work. Default 600,000. */
  readonly cacheMs?: number | undefined;
  /** How much longer they are used while the server does not answer. Default 3,600,000. */
  readonly staleMs?: number | undefined;
  /**
   * The least time between two fetches. A token whose key is unknown waits for the next one, so this and `timeoutMs`
   * together should be less than the service's `guardTimeoutMs`. Default 2,000.
   */
  readonly cooldownMs?: number | undefined;
  /** How long a fetch may take. Default 2,500. */
  readonly timeoutMs?: number | undefined;
  /** Told of fetches that fail. Default: silent. */
  readonly logger?: Logger | undefined;
}

const maxKeySetBytes = 1024 * 1024;

/**
 * Verifies tokens by the public keys that an issuer publishes: a JSON web key set at a URL. Nothing is fetched before
 * the first token. Throws `invalid_argument`, naming the option.
 *
 * @example
 * ```ts
 * const verifier = jwksVerifier('https://id.example.com/.well-known/jwks.json', {
 *   issuer: 'https://id.example.com',
 *   audience: 'cfg',
 * });
 * ```
 */
export function jwksVerifier(url: string | URL, options: JwksOptions = {}): TokenVerifier {
  const target = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (target?.protocol !== 'https:' && target?.protocol !== 'http:') {
    throw new ConfigError('invalid_argument', 'the URL of the key set must have https or http');
  }
  const { tls, headers } = options;
  const logger = safeLogger(options.logger);
  const http = new HttpClient(tls);
  const timeoutMs = wholeNumber('timeoutMs', options.timeoutMs ?? 2_500, 1, maxInt32);
  const keys = new KeySet({
    fetch: async () => keySetIn((await http.get(target, { headers, timeoutMs, maxBytes: maxKeySetBytes })).body),
    cacheMs: wholeNumber('cacheMs', options.cacheMs ?? 600_000, 0, maxInt32),
    staleMs: wholeNumber('staleMs', options.staleMs ?? 3_600_000, 0, maxInt32),
    cooldownMs: wholeNumber('cooldownMs', options.cooldownMs ?? 2_000, 1, maxInt32),
    onError: (err) => logger.warn({ err }, 'the keys that tokens are verified by cannot be fetched'),
  });
  return { ...verifierOf(keys.find, options, publicKeyAlgorithms), close: () => http.close() };
}

function keySetIn(body: Uint8Array): JSONWebKeySet {
  return JSON.parse(Buffer.from(body).toString());
}
