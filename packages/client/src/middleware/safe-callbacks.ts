import type { ClientMiddleware } from 'nice-grpc-common';

/** A callback that throws would take the process down from within the channel: malformed error details, say. */
export const safeCallbacks: ClientMiddleware = async function* safeCallbacks(call, options) {
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
