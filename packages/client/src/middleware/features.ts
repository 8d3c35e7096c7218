import type { Capability } from '@cfg/core';
import type { ClientMiddleware } from 'nice-grpc-common';
import type { Features } from '../features.js';

export interface NeedsOptions {
  /** The features that the server must have announced before the request is sent. */
  needs?: readonly Capability[];
}

/** Fails with `unsupported` what the server would silently not do. */
export function requireFeatures(features: Features): ClientMiddleware<NeedsOptions> {
  return async function* requireFeatures(call, { needs = [], ...options }) {
    await features.require(needs, options.signal);
    return yield* call.next(call.request, options);
  };
}
