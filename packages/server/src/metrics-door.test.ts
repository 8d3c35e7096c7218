import { expect, it } from 'vitest';
import { startServer } from './index.js';

it('metrics have a port of their own, if they are asked for', async () => {
  const ports = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };
  await using silent = await startServer(ports);
  expect(silent.metricsAddress).toBeUndefined();
  await using server = await startServer({ ...ports, metrics: '127.0.0.1:0' });
  await fetch(`http://${server.httpAddress}/v1/codecs`);
  const text = await (await fetch(`http://${server.metricsAddress}/metrics`)).text();
  expect(text).toContain('cfg_calls_total{method="ConfigService/ListCodecs",code="OK"} 1');
  expect(text).toContain('cfg_store_revision 0');
  expect((await fetch(`http://${server.httpAddress}/metrics`)).status).toBe(404);
});
