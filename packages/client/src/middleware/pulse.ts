import type { ClientMiddleware } from 'nice-grpc-common';
import type { Features } from '../features.js';
import type { Heartbeat } from '../heartbeat.js';

/**
 * Tells the heartbeat what waits, and what is heard. A stream waits as any call does until its server has begun it, if it is
 * one that says so.
 */
export const pulse = (heartbeat: Heartbeat, features: Features): ClientMiddleware =>
  async function* pulse(call, options) {
    let kind: 'unary' | 'stream' = call.responseStream && !features.announced ? 'stream' : 'unary';
    const { onHeader, onTrailer } = options;
    heartbeat.began(kind);
    try {
      const answers = call.next(call.request, {
        ...options,
        onHeader(header) {
          heartbeat.heard();
          if (call.responseStream && kind === 'unary') {
            heartbeat.began('stream');
            heartbeat.ended(kind);
            kind = 'stream';
          }
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
