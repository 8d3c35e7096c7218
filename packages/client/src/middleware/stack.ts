import { type DeadlineOptions, deadlineMiddleware } from 'nice-grpc-client-middleware-deadline';
import { type RetryOptions, retryMiddleware } from 'nice-grpc-client-middleware-retry';
import type { ClientMiddleware } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import type { Features } from '../features.js';
import type { Settings } from '../options.js';
import { bearer } from './bearer.js';
import { compose } from './compose.js';
import { type NeedsOptions, requireFeatures } from './features.js';
import { onlyUnanswered } from './retry.js';
import { safeCallbacks } from './safe-callbacks.js';

/** What a call may ask of the middleware. */
export interface CallExtras extends DeadlineOptions, RetryOptions, NeedsOptions {}

/**
 * The way of a call, from the outside in: retries; then for every try which error may be retried, its time limit, the
 * features that it needs, the user's own middleware, the token, the error's details.
 */
export function middlewareStack(settings: Settings, features: Features): ClientMiddleware<CallExtras> {
  return compose(
    retryMiddleware as ClientMiddleware,
    onlyUnanswered,
    deadlineMiddleware as ClientMiddleware,
    requireFeatures(features) as ClientMiddleware,
    ...settings.middleware,
    bearer(settings.token),
    errorDetailsClientMiddleware,
    safeCallbacks,
  );
}
