// A hundred thousand keys: the list is whole, and the page stays as quick as with a thousand.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, setStage } from './harness/stage.ts';

const count = 100_000;
let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
  const values: Record<string, number> = {};
  for (let at = 0; at < count; at += 1) values[`team-${at % 50}/app-${at % 1000}/key-${at}`] = at;
  await stage.api.setMany('large', values);
  await stage.api.setMany('small', Object.fromEntries(Object.entries(values).slice(0, 1_000)));
}, 300_000);
afterAll(async () => {
  expect(stage.faults).toEqual([]);
  await stage[Symbol.asyncDispose]();
});

/** The work of the page's thread during an action, in milliseconds of its own: those of other programs do not count. */
async function workOf(page: Page, act: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
  const before = await read();
  await act();
  return (await read()) - before;
}

async function scroll(page: Page): Promise<void> {
  const tree = page.getByRole('tree');
  await tree.hover();
  for (let at = 0; at < 25; at += 1) await page.mouse.wheel(0, 4_000);
  await tree.focus();
  for (const key of ['End', 'PageUp', 'Home', 'PageDown']) await page.keyboard.press(key);
}

test('the list is whole, filters as one types, and scrolls as a short one does', async () => {
  const page = await stage.open('ns/large/keys?view=list');
  await page.getByRole('status').filter({ hasText: '100,000 keys' }).waitFor({ timeout: 60_000 });
  await page.getByRole('treeitem').first().waitFor();
  expect(await page.getByRole('treeitem').count()).toBeLessThan(80);

  const small = await stage.open('ns/small/keys?view=list');
  await small.getByRole('status').filter({ hasText: '1,000 keys' }).waitFor();
  await scroll(small); // what is compiled once counts for neither
  await scroll(page);
  const little = await workOf(small, () => scroll(small));
  const much = await workOf(page, () => scroll(page));
  // A hundred times as many keys are not even three times the work.
  expect(much).toBeLessThan(3 * little + 300);

  const filter = page.getByRole('searchbox', { name: 'Filter keys' });
  await filter.pressSequentially('key-99999');
  await page.getByRole('status').filter({ hasText: '1 of 100,000 keys' }).waitFor();
  await filter.fill('team-7/');
  await page.getByRole('status').filter({ hasText: '2,000 of 100,000 keys' }).waitFor();
});

test('the tree has every folder with the right number, and a change shows in it', async () => {
  const page = await stage.open('ns/large/keys');
  await page.getByRole('status').filter({ hasText: '100,000 keys' }).waitFor({ timeout: 60_000 });
  await page.getByRole('status').filter({ hasText: 'live' }).waitFor();
  const tree = page.getByRole('tree');
  await expect.poll(() => tree.getByRole('treeitem', { name: /^team-\d+ 2,000$/ }).count()).toBeGreaterThan(10);
  await stage.api.set('large', 'team-0/extra', 1);
  await page.getByRole('status').filter({ hasText: '100,001 keys' }).waitFor();
  await tree.getByRole('treeitem', { name: 'team-0 2,001' }).waitFor();
});
