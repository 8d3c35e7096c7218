import type { ClientMiddleware } from 'nice-grpc-common';
import type { Heartbeat } from '../heartbeat.js';

/** Tells the heartbeat what waits, and what is heard. */
export const pulse = (heartbeat: Heartbeat): ClientMiddleware =>
  async function* pulse(call, options) {
    const kind = call.responseStream ? 'stream' : 'unary';
    const { onHeader, onTrailer } = options;
    heartbeat.began(kind);
    try {
      const answers = call.next(call.request, {
        ...options,
        onHeader(header) {
          heartbeat.heard();
          onHeader?.(header);
        },
        onTrailer(trailer) {
          // The status of a call that got no answer comes without anything.
          if ([...trailer].length > 0) heartbeat.heard();
          onTrailer?.(trailer);
        },
      });
      if (!call.responseStream) return yield* answers;
      for await (const answer of answers) {
        heartbeat.heard();
        yield answer;
      }
    } finally {
      heartbeat.ended(kind);
    }
  };
