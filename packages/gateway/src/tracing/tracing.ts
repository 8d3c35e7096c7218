import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { RequestSpan, RequestTracing } from './request-tracing.js';

export interface TracingOptions {
  /** Where spans go. Default: where the application has set OpenTelemetry up to send them; nowhere if it has not. */
  readonly tracerProvider?: TracerProvider | undefined;
}

const headerGetter: TextMapGetter<IncomingHttpHeaders> = {
  get: (headers, name) => headers[name.toLowerCase()],
  keys: (headers) => Object.keys(headers),
};

/** The name for a method that is none of HTTP's: a caller may write anything. */
const otherMethod = '_OTHER';
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']);

/**
 * Makes an OpenTelemetry span of each request, as a part of the caller's trace, or of the span that an instrumentation has
 * begun already; the service's call is a part of it. A span has the method, the route's template and the status, never
 * a path, a name or a value. Needs the package `@opentelemetry/api`.
 *
 * @example
 * import { tracing } from '@cfg/gateway/tracing';
 * const gateway = createInProcessGateway(service, { tracing: tracing() });
 */
export function tracing({ tracerProvider }: TracingOptions = {}): RequestTracing {
  const tracer = (tracerProvider ?? trace.getTracerProvider()).getTracer('@cfg/gateway');
  return {
    begin(request: IncomingMessage, route: string | undefined): RequestSpan {
      const active = context.active();
      const parent =
        trace.getSpan(active) === undefined ? propagation.extract(active, request.headers, headerGetter) : active;
      const { method = '' } = request;
      const told = methods.has(method) ? method : otherMethod;
      const attributes = { 'http.request.method': told, ...(route !== undefined && { 'http.route': route }) };
      const name = route === undefined ? told : `${told} ${route}`;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
      const carried: Record<string, string> = {};
      propagation.inject(trace.setSpan(parent, span), carried);
      return {
        context: carried,
        end(status) {
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}
