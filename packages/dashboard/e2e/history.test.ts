import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessFaults } from './harness/access.ts';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  await stage.api.set('shop', 'app/timeout', 10, { comment: 'first' }); // 1
  await stage.api.set('shop', 'app/old', 'x'); // 2
  await stage.api.set('other', 'a', 1); // 3
  await stage.api.set('shop', 'app/timeout', 20); // 4
  await stage.api.delete('shop', 'app/old'); // 5
  await stage.api.setMany('shop', { 'app/a': 1, 'app/b': 2 }); // 6, 7: one write
});
afterAll(() => stage[Symbol.asyncDispose]());

test('goes from write to write, and shows what differs from now', async () => {
  const page = await stage.open('ns/shop/history');
  const slider = page.getByRole('slider', { name: 'Moment' });
  await slider.waitFor();
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await page.getByText('Nothing differs from now.').waitFor();
  await expect.poll(() => page.url()).toContain('rev=7');
  await page.keyboard.press('ArrowLeft');
  await page.getByText('2 keys differ from now').waitFor();
  await expect.poll(() => page.url()).toContain('rev=5');
  await page.getByRole('heading', { name: 'Time travel: shop' }).click();
  await page.keyboard.press('[');
  await page.keyboard.press('[');
  await page.getByText('4 keys differ from now').waitFor();
  await expect.poll(() => page.url()).toContain('rev=2'); // not 3, of another namespace
  await page.getByText('changed since').click();
  await page.getByRole('cell', { name: '20' }).waitFor();
  await expect.poll(() => page.getByRole('row').last().textContent()).toMatch(/1020$/); // old left, new right
  expect(await accessFaults(page)).toEqual([]);
  await page.goBack();
  await page.getByText('Go back in time').waitFor();
  expect(stage.faults).toEqual([]);
});

test('finds a moment by its time', async () => {
  const page = await stage.open('ns/shop/history');
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 19);
  await page.getByLabel('At', { exact: true }).fill(tomorrow);
  await page.keyboard.press('Enter');
  await page.getByText('This is how it was at revision 7.').waitFor();
  await page.getByLabel('At', { exact: true }).fill('2001-01-01T00:00:00');
  await page.keyboard.press('Enter');
  await page.getByText('There was nothing in this namespace then.').waitFor();
});

test('brings back some, then all, and leaves other namespaces alone', async () => {
  const page = await stage.open('ns/shop/history?rev=2');
  await page.getByLabel('Select app/timeout').check();
  await page.getByRole('button', { name: 'Restore 1 key' }).click();
  const review = page.getByRole('dialog', { name: 'Back to revision 2' });
  await review.getByText('The server would take this change').waitFor();
  await review.getByRole('button', { name: 'Save 1 change' }).click();
  await page.getByText('3 keys differ from now').waitFor();
  expect(await stage.api.get('shop', 'app/timeout')).toMatchObject({ text: '10', comment: 'Restored revision 2' });
  expect(await stage.api.get('shop', 'app/a')).toMatchObject({ text: '1' });
  await page.getByRole('button', { name: 'Restore all' }).click();
  await review.getByRole('button', { name: 'Save 3 changes' }).click();
  await page.getByText('Nothing differs from now.').waitFor();
  expect(await stage.api.get('shop', 'app/old')).toMatchObject({ text: '"x"' });
  expect(await stage.api.get('shop', 'app/a')).toBeUndefined();
  expect(await stage.api.get('other', 'a')).toMatchObject({ text: '1', version: 1 });
  expect(stage.faults).toEqual([]);
});

test('says that what is compacted is gone', async () => {
  await using short = await setStage('--log-limit', '3', '--history', '1');
  for (let value = 0; value < 10; value += 1) await short.api.set('shop', 'a', value);
  const page = await short.open('ns/shop/history?rev=2');
  await page.getByRole('alert').getByText('So old a state is not kept any more.').waitFor();
});
