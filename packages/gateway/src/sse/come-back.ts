import type { ErrorReply } from '../error-reply.js';
import type { Exchange } from '../exchange.js';
import { EventStream, type EventStreamOptions } from './event-stream.js';
import { errorFrame } from './frame.js';

/**
 * Answers an EventSource that cannot be served now. It gives up for good at any status but 200, so what may pass by itself
 * (the server is away or busy, the gateway closes) is told within a stream that ends at once: it comes back, and goes on
 * from where it was. Returns false for anyone else, who gets the status.
 */
export function comeBack(exchange: Exchange, reply: ErrorReply, options: EventStreamOptions): boolean {
  const { status, body } = reply;
  const mayPass = status === 429 || (status >= 500 && status !== 501);
  if (!mayPass || !exchange.request.headers.accept?.includes('text/event-stream')) return false;
  const retryMs = Math.max(options.retryMs, exchange.reply.retryAfterMs);
  const stream = new EventStream(
    exchange.response,
    { ...options, retryMs },
    exchange.reply.ownHeaders(),
    exchange.unsent,
  );
  stream.begin();
  stream.end(errorFrame(status === 500 ? 'internal error' : body.message));
  return true;
}
