import type { IncomingMessage } from 'node:http';

/** Makes spans of requests: see `tracing` of `@cfg/gateway/tracing`. */
export interface RequestTracing {
  /** @param route the path's template, `/v1/namespaces/{namespace}`; absent: the gateway has none for it */
  begin(request: IncomingMessage, route: string | undefined): RequestSpan;
}

export interface RequestSpan {
  /** The trace context that goes on to the service, as headers. */
  readonly context: Readonly<Record<string, string>>;
  /** The request is answered, or nobody waits for the answer any more. */
  end(status: number): void;
}
