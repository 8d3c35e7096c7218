import { ConfigError } from '@cfg/core';
import { allowAll } from '@cfg/service';
import { tracing as serviceTracing } from '@cfg/service/tracing';
import { propagation, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { doors, openDoor } from '../test/doors.js';
import { ask } from '../test/http.js';
import { tracing } from './tracing.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'a=1' };

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeEach(() => {
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
afterEach(() => {
  propagation.disable();
  exporter.reset();
});

const spansOf = async (count: number): Promise<readonly ReadableSpan[]> => {
  await vi.waitFor(() => expect(exporter.getFinishedSpans()).toHaveLength(count));
  return exporter.getFinishedSpans();
};

describe.each(doors)('spans, %s', (door) => {
  it('of the request and of its call are parts of the caller’s trace, and name nothing', async () => {
    const service = { stages: { outer: [serviceTracing({ tracerProvider })] } };
    await using opened = await openDoor(door, { service, gateway: { tracing: tracing({ tracerProvider }) } });
    await ask(opened.url, '/v1/namespaces/hidden/keys/name%2Fof%2Fit', { headers });
    const spans = await spansOf(2);
    const request = spans.find(({ name }) => name.startsWith('GET')) as ReadableSpan;
    const call = spans.find(({ name }) => name.startsWith('config')) as ReadableSpan;
    expect(request).toMatchObject({
      name: 'GET /v1/namespaces/{namespace}/keys/{key}',
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': 'GET', 'http.response.status_code': 404 },
    });
    expect(call).toMatchObject({
      name: 'config.v1.ConfigService/Get',
      attributes: { 'rpc.system': 'grpc', 'rpc.method': 'Get', 'rpc.grpc.status_code': 5 },
      status: { code: SpanStatusCode.UNSET },
    });
    expect([request.spanContext().traceId, call.spanContext().traceId]).toEqual([traceId, traceId]);
    expect(request.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(call.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    for (const { name, attributes } of spans) {
      expect(`${name} ${JSON.stringify(attributes)}`).not.toMatch(/hidden|name\/of/);
    }
  });

  it('say which fault was the server’s', async () => {
    const guard = {
      ...allowAll(),
      authorize: () => {
        throw new ConfigError('unavailable', 'down');
      },
    };
    const service = { guard, stages: { outer: [serviceTracing({ tracerProvider })] } };
    await using opened = await openDoor(door, { service, gateway: { tracing: tracing({ tracerProvider }) } });
    const { status } = await ask(opened.url, '/v1/namespaces/a/keys/b');
    const spans = await spansOf(2);
    expect(status).toBeGreaterThanOrEqual(500);
    for (const span of spans) expect(span.status.code).toBe(SpanStatusCode.ERROR);
  });

  it('of others go on to the service where nobody records ours', async () => {
    const seen: unknown[] = [];
    const guard = {
      ...allowAll(),
      authenticate: ({ metadata }: { metadata: { get(name: string): unknown } }) => {
        seen.push(metadata.get('traceparent'), metadata.get('tracestate'));
        return { userId: '', claims: {} };
      },
    };
    await using opened = await openDoor(door, { service: { guard }, gateway: { tracing: tracing() } });
    propagation.disable();
    await ask(opened.url, '/v1/codecs', { headers });
    expect(seen.slice(-2)).toEqual([headers.traceparent, headers.tracestate]);
  });
});
