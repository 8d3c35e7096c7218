import { expect, it } from 'vitest';
import { callRows, gauge, parseMetrics } from './metrics.ts';

const text = (get: number, seconds: number) => `# HELP cfg_calls_total Calls
# TYPE cfg_calls_total counter
cfg_calls_total{method="ConfigService/Get",code="OK"} ${get}
cfg_calls_total{method="ConfigService/Get",code="NOT_FOUND"} 2
cfg_calls_total{method="ConfigService/Watch",code="CANCELLED"} 5
cfg_calls_under_way{method="ConfigService/Watch"} 3
cfg_call_duration_seconds_sum{method="ConfigService/Get"} ${seconds}
cfg_call_duration_seconds_count{method="ConfigService/Get"} ${get + 2}
odd{label="a\\"b\\\\c\\nd"} 1.5e3
cfg_store_revision 12
`;

it('reads what is measured, and how it changes', () => {
  const [before, now] = [text(10, 1), text(30, 1.5)].map((each, at) => ({
    at: at * 5_000,
    samples: parseMetrics(each),
  }));
  if (!before || !now) throw new Error('unreachable');
  expect(now.samples.find(({ name }) => name === 'odd')).toEqual({
    name: 'odd',
    labels: { label: 'a"b\\c\nd' },
    value: 1500,
  });
  expect(gauge(now.samples, 'cfg_store_revision')).toBe(12);
  expect(gauge(now.samples, 'none')).toBeUndefined();
  expect(callRows(now, before)).toEqual([
    { method: 'Get', total: 32, failed: 2, underWay: 0, perSecond: 4, meanMs: 25 },
    { method: 'Watch', total: 5, failed: 0, underWay: 3, perSecond: 0, meanMs: undefined },
  ]);
  expect(callRows(now, undefined)[0]).toMatchObject({ perSecond: undefined, meanMs: undefined });
});
