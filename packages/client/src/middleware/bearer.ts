import { ConfigError, untilAborted } from '@cfg/core';
import { type ClientMiddleware, Metadata } from 'nice-grpc-common';
import { isToken, type Token } from '../options.js';

/** Puts the token on each try of a call. */
export function bearer(token: Token | undefined): ClientMiddleware {
  return async function* bearer(call, options) {
    const value = typeof token === 'function' ? await credential(token, options.signal) : token;
    if (value === undefined) return yield* call.next(call.request, options);
    const metadata = Metadata(options.metadata).set('authorization', `Bearer ${value}`);
    return yield* call.next(call.request, { ...options, metadata });
  };
}

/** Never tells the token in an error. */
async function credential(token: () => unknown, signal: AbortSignal | undefined): Promise<string | undefined> {
  let value: unknown;
  try {
    value = await untilAborted(Promise.resolve(token()), signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ConfigError('unauthenticated', 'the token function failed', { cause });
  }
  if (value === undefined || (typeof value === 'string' && isToken(value))) return value;
  throw new ConfigError('unauthenticated', 'the token function returned what a header cannot carry');
}
