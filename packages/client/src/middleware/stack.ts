import type { Caller } from '@cfg/core';
import { type DeadlineOptions, deadlineMiddleware } from 'nice-grpc-client-middleware-deadline';
import { type RetryOptions, retryMiddleware } from 'nice-grpc-client-middleware-retry';
import type { ClientMiddleware } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import type { Features } from '../features.js';
import type { Heartbeat } from '../heartbeat.js';
import type { Settings } from '../options.js';
import { bearer } from './bearer.js';
import type { Breaker } from './breaker.js';
import { compose } from './compose.js';
import { type NeedsOptions, requireFeatures } from './features.js';
import { pulse } from './pulse.js';
import { onlyUnanswered } from './retry.js';
import { retryAfter } from './retry-after.js';
import { safeCallbacks } from './safe-callbacks.js';

/** The options that a call may give the middleware. */
export interface CallExtras extends DeadlineOptions, RetryOptions, NeedsOptions {
  /** Tests the connection: the circuit breaker lets it through. */
  readonly probe?: boolean;
  /** Whoever the call is made for, as it was said in its options: for the user's own middleware. */
  readonly caller?: Caller | undefined;
}

/** The callbacks of the middleware. */
export interface Parts {
  readonly features: Features;
  /** Absent where there is no connection to test. */
  readonly heartbeat?: Heartbeat | undefined;
  readonly breaker?: Breaker | undefined;
}

/**
 * The way of a call, from the outside in: retries; then for every try which error may be retried, the features that it
 * needs, a wait that the server asks for, the circuit breaker, its time limit, the user's own middleware, the token, the
 * heartbeat, the error's details.
 */
export function middlewareStack(
  settings: Settings,
  { features, heartbeat, breaker }: Parts,
): ClientMiddleware<CallExtras> {
  return compose(
    retryMiddleware as ClientMiddleware,
    onlyUnanswered,
    requireFeatures(features) as ClientMiddleware,
    retryAfter(settings),
    ...(breaker === undefined ? [withoutProbe] : [breaker.middleware as ClientMiddleware]),
    deadlineMiddleware as ClientMiddleware,
    ...settings.middleware,
    bearer(settings.token),
    ...(heartbeat === undefined ? [] : [pulse(heartbeat, features)]),
    errorDetailsClientMiddleware,
    safeCallbacks,
  );
}

/** Takes away what only the circuit breaker looks at. */
const withoutProbe: ClientMiddleware = async function* withoutProbe(call, options) {
  const { probe: _, ...rest } = options as typeof options & { probe?: boolean };
  return yield* call.next(call.request, rest);
};
