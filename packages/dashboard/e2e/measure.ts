// How quick the page is, as the browser's own trace has it: node packages/dashboard/e2e/measure.ts
import type { Page } from 'playwright-core';
import { setStage } from './harness/stage.ts';
import { slowDown, traced } from './harness/trace.ts';

const runs = 5;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(0)} ms`;

await using stage = await setStage();
const values: Record<string, number> = {};
for (let at = 0; at < 100_000; at += 1) values[`team-${at % 50}/app-${at % 1000}/key-${at}`] = at;
await stage.api.setMany('large', values);
await stage.api.setMany('small', Object.fromEntries(Object.entries(values).slice(0, 100)));

/** From the navigation on: the list is there, and a key that is pressed has its effect. */
async function openUntilUsable(page: Page): Promise<number> {
  const started = performance.now();
  await page.goto(`${stage.url}ns/small/keys/team-0/app-0/key-0`, { waitUntil: 'commit' });
  await page.getByRole('treeitem').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  return performance.now() - started;
}

const took: number[] = [];
const worked: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const page = await stage.open('config.json');
  await slowDown(page, 4);
  const { totalMs } = await traced(page, async () => void took.push(await openUntilUsable(page)));
  worked.push(totalMs);
  await page.context().close();
}
console.log(
  `usable, four times as slow:  ${ms(median(took))} of the clock, ${ms(median(worked))} of the page's thread`,
);

async function scroll(page: Page): Promise<void> {
  await page.getByRole('tree').hover();
  for (let at = 0; at < 100; at += 1) await page.mouse.wheel(0, at % 10 === 9 ? 400_000 : 3_000);
  await page.getByRole('tree').focus();
  for (const key of ['End', 'PageUp', 'Home', 'PageDown', 'ArrowDown']) await page.keyboard.press(key);
}

for (const name of ['small', 'large', 'small', 'large']) {
  const page = await stage.open(`ns/${name}/keys?view=list`);
  const count = name === 'large' ? '100,000 keys' : '100 keys';
  await page.getByRole('status').filter({ hasText: count }).waitFor({ timeout: 120_000 });
  const { totalMs, longestMs, long } = await traced(page, () => scroll(page));
  console.log(
    `scrolling ${count}:  ${ms(totalMs)} of the page's thread, longest task ${ms(longestMs)}, ${long} over 50 ms`,
  );
  await page.context().close();
}
if (stage.faults.length > 0) throw new Error(stage.faults.join('\n'));
