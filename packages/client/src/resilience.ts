import { ConfigError, type Capability, isConfigError } from '@cfg/core';
import { abortable } from 'abort-controller-x';
import { type DeadlineOptions, deadlineMiddleware } from 'nice-grpc-client-middleware-deadline';
import { type RetryOptions, retryMiddleware } from 'nice-grpc-client-middleware-retry';
import { ClientError, type ClientMiddleware, Metadata, Status } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import type { Features } from './features.js';
import { isToken, type Settings, type Token } from './options.js';
import { compose } from './pipeline.js';
import { toConfigError } from './status.js';

/** What a call may ask of the middleware. */
export interface CallExtras extends DeadlineOptions, RetryOptions {
  /** What the server must have announced before the request is sent. */
  needs?: readonly Capability[];
}

/**
 * The way of a call, from the outside in: retries; then for every try its errors, its time limit, the features that it
 * needs, the user's own middleware, the token, the error's details.
 */
export function resilience(settings: Settings, features: Features): ClientMiddleware<CallExtras> {
  return compose(
    retryMiddleware as ClientMiddleware,
    finalErrors,
    deadlineMiddleware as ClientMiddleware,
    requireFeatures(features) as ClientMiddleware,
    ...settings.middleware,
    bearer(settings.token),
    errorDetailsClientMiddleware,
    shield,
  );
}

/** What a call's options say about retries and time, given the settings and whether a repeat does no harm. */
export function callExtras(settings: Settings, repeatable: boolean): CallExtras {
  const { retry, callTimeoutMs } = settings;
  return {
    retry: repeatable,
    retryMaxAttempts: retry.maxRetries,
    retryBaseDelayMs: retry.initialBackoffMs,
    retryMaxDelayMs: retry.maxBackoffMs,
    retryableStatuses: [Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED],
    ...(callTimeoutMs !== undefined && { deadline: callTimeoutMs }),
  };
}

/** The retry middleware goes by status alone and leaves other errors than ClientError be: those that are final. */
const finalErrors: ClientMiddleware = async function* finalErrors(call, options) {
  try {
    return yield* call.next(call.request, options);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const fault = toConfigError(error);
    throw isConfigError(fault, 'unavailable', 'deadline_exceeded', 'not_connected', 'guard_timeout') ? error : fault;
  }
};

function requireFeatures(features: Features): ClientMiddleware<CallExtras> {
  return async function* requireFeatures(call, { needs = [], ...options }) {
    await features.require(needs, options.signal);
    return yield* call.next(call.request, options);
  };
}

function bearer(token: Token | undefined): ClientMiddleware {
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
    const answer = Promise.resolve(token());
    value = await (signal === undefined ? answer : abortable(signal, answer));
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ConfigError('unauthenticated', 'the token function failed', { cause });
  }
  if (value === undefined || (typeof value === 'string' && isToken(value))) return value;
  throw new ConfigError('unauthenticated', 'the token function answered what a header cannot carry');
}

/** A callback that throws would take the process down from within the channel: malformed error details, say. */
const shield: ClientMiddleware = async function* shield(call, options) {
  const { onHeader, onTrailer } = options;
  return yield* call.next(call.request, {
    ...options,
    onHeader: (header) => attempt(() => onHeader?.(header)),
    onTrailer: (trailer) => attempt(() => onTrailer?.(trailer)),
  });
};

/** Calls back someone who may throw. */
export function attempt(callback: () => void): void {
  try {
    callback();
  } catch {
    // Their fault must not become ours.
  }
}
