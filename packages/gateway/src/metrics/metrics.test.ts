import { createServer } from 'node:http';
import { MemoryStore } from '@cfg/core';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../index.js';
import { doors, listen, openDoor, urlOf } from '../test/doors.js';
import { ask } from '../test/http.js';
import { SseClient } from '../test/sse-client.js';

/** The value of a metric in Prometheus' text format. */
const metricOf = (text: string, metric: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${metric} `))
      ?.slice(metric.length + 1),
  );

describe.each(doors)('GET /metrics, %s', (door) => {
  it('counts calls, whatever door they come by, and tells nobody names', async () => {
    const store = new MemoryStore();
    await store.connect();
    // As one does that drops old changes in steps of its own.
    store.compaction = () => ({ steps: 2, changes: 300, durationMs: 1_500 });
    const metrics = createMetrics({ store });
    const options = { store, service: { stages: { outer: [metrics.stage] } }, gateway: { metrics } };
    await using opened = await openDoor(door, options);
    const path = '/v1/namespaces/secret-namespace/keys/secret-key';
    await ask(opened.url, path, { method: 'PUT', body: '1' });
    await ask(opened.url, path);
    await ask(opened.url, `${path}-none`);
    using client = await SseClient.open(opened.url);
    await client.next();
    const { text, headers } = await ask(opened.url, '/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(metricOf(text, 'cfg_calls_total{method="ConfigService/Get",code="OK"}')).toBe(1);
    expect(metricOf(text, 'cfg_calls_total{method="ConfigService/Get",code="NOT_FOUND"}')).toBe(1);
    expect(metricOf(text, 'cfg_calls_total{method="ConfigService/Set",code="OK"}')).toBe(1);
    expect(metricOf(text, 'cfg_calls_under_way{method="ConfigService/Watch"}')).toBe(1);
    expect(metricOf(text, 'cfg_call_duration_seconds_count{method="ConfigService/Get"}')).toBe(2);
    expect(metricOf(text, 'cfg_call_duration_seconds_bucket{method="ConfigService/Get",le="+Inf"}')).toBe(2);
    expect(metricOf(text, 'cfg_call_duration_seconds_sum{method="ConfigService/Get"}')).toBeGreaterThan(0);
    expect(metricOf(text, 'cfg_store_revision')).toBe(1);
    expect(metricOf(text, 'cfg_store_commit_seconds_count')).toBe(1);
    expect(metricOf(text, 'cfg_store_commit_operations_bucket{le="1"}')).toBe(1);
    expect(metricOf(text, 'cfg_store_written_bytes_total')).toBe(1);
    expect(metricOf(text, 'cfg_store_compaction_steps_total')).toBe(2);
    expect(metricOf(text, 'cfg_store_compaction_changes_total')).toBe(300);
    expect(metricOf(text, 'cfg_store_compaction_seconds_total')).toBe(1.5);
    expect(metricOf(text, 'cfg_log_ring_changes')).toBe(1);
    expect(metricOf(text, 'cfg_log_watchers')).toBe(1);
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).not.toContain('secret-');
  });
});

it('metrics are served on a port of their own', async () => {
  const metrics = createMetrics();
  const server = await listen(createServer(metrics.handler));
  expect((await ask(urlOf(server), '/metrics')).text).toContain('# TYPE cfg_calls_total counter');
  expect((await ask(urlOf(server), '/')).status).toBe(404);
  expect((await ask(urlOf(server), '/metrics', { method: 'POST' })).status).toBe(404);
  server.close();
});
