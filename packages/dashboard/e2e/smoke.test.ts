import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

test('lists namespaces', async () => {
  await stage.api.set('shop:prod', 'app/timeout', 30);
  const page = await stage.open();
  await page.getByRole('link', { name: 'shop:prod' }).first().waitFor();
  await page.screenshot({ path: '/tmp/d1/home.png' });
  expect(stage.faults).toEqual([]);
});
