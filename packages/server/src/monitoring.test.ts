import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { startServer } from './index.js';

const example = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/monitoring/${name}`, import.meta.url));

interface Panels {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

it('the dashboard and the alert rules ask for metrics that the server has', async () => {
  const { panels } = JSON.parse(readFileSync(example('grafana-dashboard.json'), 'utf8')) as Panels;
  const { groups } = parse(readFileSync(example('alerts.yaml'), 'utf8')) as Rules;
  const asked = [...panels.flatMap(({ targets }) => targets), ...groups.flatMap(({ rules }) => rules)];
  const names = new Set(asked.flatMap(({ expr }) => expr.match(/\b(?:cfg|nodejs|process)_[a-z0-9_]+/g) ?? []));
  await using server = await startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', metrics: '127.0.0.1:0' });
  const text = await (await fetch(`http://${server.metricsAddress}/metrics`)).text();
  const told = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name as string));
  const missing = [...names].filter((name) => !told.has(name) && !told.has(name.replace(/_(bucket|sum|count)$/, '')));
  expect(missing).toEqual([]);
  expect(names.size).toBeGreaterThan(10);
  expect(text).toContain('cfg_connections{door="http"} ');
  expect(text).toContain('cfg_limits_reached_total{door="http",limit="connections"} 0');
});

const run = promisify(execFile);
const hasPromtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

it.skipIf(!hasPromtool)('promtool (not installed everywhere) takes the alert rules', async () => {
  await run('promtool', ['check', 'rules', example('alerts.yaml')]);
});
