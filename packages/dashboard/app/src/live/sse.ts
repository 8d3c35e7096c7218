// Server-sent events over fetch, which unlike EventSource carries a bearer token and tells the status.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { errorOf } from '../api/error.ts';

export interface EventsRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly lastEventId: string;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  /** Told of every id, also of those without an event. */
  readonly onId: (id: string) => void;
  readonly onEvent: (event: EventSourceMessage) => void;
  /** Told of every piece that arrives, heartbeats among them. */
  readonly onSign: () => void;
}

/** Reads a stream of events to its end. Throws `ApiError` for an answer that is no stream. */
export async function readEvents(request: EventsRequest): Promise<void> {
  const { signal, lastEventId } = request;
  const headers: Record<string, string> = { accept: 'text/event-stream', ...request.headers };
  if (lastEventId !== '') headers['last-event-id'] = lastEventId;
  const response = await fetch(request.url, { headers, credentials: 'same-origin', cache: 'no-store', signal });
  if (!response.ok || !response.body) throw await errorOf(response);
  request.onOpen();
  const parser = createParser({ onEvent: request.onEvent, onId: request.onId });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    request.onSign();
    parser.feed(decoder.decode(value, { stream: true }));
  }
}
