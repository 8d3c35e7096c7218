import { ConfigError } from '@cfg/core';
import { untilAborted } from '@cfg/core/store';
import { ClientError, type ClientMiddleware, Metadata, Status } from 'nice-grpc-common';
import { isToken, type Token, type TokenRequest } from '../options.js';

/**
 * Puts the token on each try of a call. Where the server refuses one that a function has made, the function is asked for
 * another, once for all calls that were refused with the same, and the call is made again if it is another.
 */
export function bearer(token: Token | undefined): ClientMiddleware {
  let renewal: { readonly refused: string | undefined; readonly token: Promise<string | undefined> } | undefined;
  const renew = (refused: string | undefined): Promise<string | undefined> => {
    if (typeof token !== 'function') return Promise.resolve(refused);
    if (renewal === undefined || renewal.refused !== refused) {
      const renewed = credential(token, { refused });
      const mine = { refused, token: renewed };
      renewal = mine;
      // Kept for calls that are refused later with the same; where it was of no use, the next one asks again.
      const forget = (): void => {
        if (renewal === mine) renewal = undefined;
      };
      renewed.then((other) => other === refused && forget(), forget);
    }
    return renewal.token;
  };
  return async function* bearer(call, options) {
    const { signal } = options;
    const value = typeof token === 'function' ? await untilAborted(credential(token, {}), signal) : token;
    let answered = false;
    const attempt = (value: string | undefined): typeof options =>
      value === undefined
        ? options
        : { ...options, metadata: Metadata(options.metadata).set('authorization', `Bearer ${value}`) };
    try {
      const answers = call.next(call.request, attempt(value));
      if (!call.responseStream) return yield* answers;
      for await (const answer of answers) {
        answered = true;
        yield answer;
      }
      return;
    } catch (error) {
      const refused = error instanceof ClientError && error.code === Status.UNAUTHENTICATED && !answered;
      if (!refused || typeof token !== 'function') throw error;
      const other = await untilAborted(renew(value), signal);
      if (other === value) throw error;
      return yield* call.next(call.request, attempt(other));
    }
  };
}

/** Never tells the token in an error. */
async function credential(
  token: (request: TokenRequest) => unknown,
  request: TokenRequest,
): Promise<string | undefined> {
  let value: unknown;
  try {
    value = await token(request);
  } catch (cause) {
    throw new ConfigError('unauthenticated', 'the token function failed', { cause });
  }
  if (value === undefined || (typeof value === 'string' && isToken(value))) return value;
  throw new ConfigError('unauthenticated', 'the token function returned what a header cannot carry');
}
