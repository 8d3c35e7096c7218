import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { type Metadata, Status } from 'nice-grpc-common';
import type { CallView } from './call.js';
import type { Stage } from './middleware/stage.js';

export interface TracingOptions {
  /** Where spans go. Default: where the application has set OpenTelemetry up to send them; nowhere if it has not. */
  readonly tracerProvider?: TracerProvider | undefined;
}

/** The codes that the conventions count as a fault of the server; the others are the caller's. */
const faults: ReadonlySet<Status> = new Set([
  Status.UNKNOWN,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.INTERNAL,
  Status.UNAVAILABLE,
  Status.DATA_LOSS,
]);

const metadataGetter: TextMapGetter<Metadata> = {
  get: (metadata, name) => {
    const value = metadata.get(name);
    return typeof value === 'string' ? value : undefined;
  },
  keys: (metadata) => [...metadata].map(([name]) => name),
};

/**
 * A stage that makes an OpenTelemetry span of each call, whatever door it comes by, as a part of the caller's trace (W3C
 * trace context in the metadata). A span has the method, the code and how long it took, never names of namespaces or keys;
 * that of a Watch lasts as long as the watch. Needs the package `@opentelemetry/api`.
 *
 * @example
 * import { tracing } from '@cfg/service/tracing';
 * const service = createConfigService(store, { guard, stages: { outer: [tracing()] } });
 */
export function tracing({ tracerProvider }: TracingOptions = {}): Stage {
  const tracer = (tracerProvider ?? trace.getTracerProvider()).getTracer('@cfg/service');
  const spans = new WeakMap<CallView, Span>();
  return {
    enter(call) {
      const parent = propagation.extract(context.active(), call.metadata, metadataGetter);
      const options = { kind: SpanKind.SERVER, attributes: attributesOf(call.method) };
      spans.set(call, tracer.startSpan(call.method.slice(1), options, parent));
    },
    leave(call, { status, details }) {
      const span = spans.get(call);
      span?.setAttribute('rpc.grpc.status_code', status);
      if (faults.has(status)) span?.setStatus({ code: SpanStatusCode.ERROR, message: details ?? Status[status] });
      span?.end();
    },
  };
}

/** By method: each has the same. */
const known = new Map<string, Attributes>();

function attributesOf(path: string): Attributes {
  let attributes = known.get(path);
  if (attributes === undefined) {
    const [, service = '', method = ''] = path.split('/');
    attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
    known.set(path, attributes);
  }
  return attributes;
}
