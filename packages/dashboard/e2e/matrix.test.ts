import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessFaults } from './harness/access.ts';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  await stage.api.setMany('shop:dev', { 'app/timeout': 10, 'app/new': { on: true }, 'app/same': { a: 1, b: 2 } });
  await stage.api.setMany('shop:prod', { 'app/timeout': 30, 'app/old': 1, 'app/same': { b: 2, a: 1 } });
  await stage.api.setMany('shop:staging', { 'app/timeout': 10, 'app/same': { a: 1, b: 2 } });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('shows what differs first, in every namespace, as it changes', async () => {
  const page = await stage.open('matrix');
  await page.getByRole('button', { name: 'shop:dev · shop:staging · shop:prod' }).click();
  const rows = page.getByRole('row');
  await page.getByText('3 of 4 keys differ').waitFor();
  await expect
    .poll(async () => (await rows.allInnerTexts()).map((text) => text.split(/\s+/).join(' ').trim()))
    .toEqual([
      'Key shop:dev shop:staging shop:prod',
      'app/new {"on":true} missing missing',
      'app/old missing missing 1',
      'app/timeout 10 10 30 (differs)',
      'app/same {"a":1,"b":2} {"a":1,"b":2} {"b":2,"a":1}',
    ]);
  await stage.api.set('shop:staging', 'app/timeout', 20);
  await page.getByRole('row', { name: 'app/timeout' }).getByText('20').waitFor();
  await page.getByLabel('Differences only').check();
  await page.getByRole('row', { name: 'app/same' }).waitFor({ state: 'detached' });
  await expect.poll(() => new URL(page.url()).search).toBe('?ns=shop%3Adev%2Cshop%3Astaging%2Cshop%3Aprod&only=1');
  expect(await accessFaults(page)).toEqual([]);
  expect(stage.faults).toEqual([]);
});

test('promotes what is selected, as one batch, after a look at what it changes', async () => {
  const page = await stage.open('matrix?ns=shop:dev,shop:prod');
  await page.getByRole('row', { name: 'app/timeout' }).waitFor();
  await page.getByLabel('Select app/new').check();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.getByLabel('Select app/timeout').check();
  await page.getByRole('button', { name: 'Promote 3 keys' }).click();
  await page.getByText('2 keys of shop:prod would change.').waitFor();
  await page.getByLabel('Delete what shop:dev does not have').check();
  await page.getByText('3 keys of shop:prod would change.').waitFor();
  await page.getByRole('button', { name: 'Review 3 changes' }).click();
  const review = page.getByRole('dialog', { name: 'From shop:dev to shop:prod' });
  await review.getByText('The server would take all 3 changes').waitFor();
  expect(await accessFaults(page)).toEqual([]);
  expect((await stage.api.get('shop:prod', 'app/timeout'))?.version).toBe(1); // only tried so far
  await review.getByLabel('Comment').fill('release 12');
  await review.getByRole('button', { name: 'Save 3 changes' }).click();
  await page.getByText('3 changes saved').waitFor();
  expect(await stage.api.get('shop:prod', 'app/timeout')).toMatchObject({
    text: '10',
    version: 2,
    comment: 'release 12',
  });
  expect(await stage.api.get('shop:prod', 'app/new')).toMatchObject({ text: '{"on":true}' });
  expect(await stage.api.get('shop:prod', 'app/old')).toBeUndefined();
  await page.getByText('0 of 3 keys differ').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone').waitFor();
  expect(await stage.api.get('shop:prod', 'app/timeout')).toMatchObject({ text: '30', version: 3 });
  expect(await stage.api.get('shop:prod', 'app/old')).toMatchObject({ text: '1' });
  expect(await stage.api.get('shop:prod', 'app/new')).toBeUndefined();
  expect(stage.faults).toEqual([]);
});

test('writes nothing where somebody else was faster', async () => {
  const page = await stage.open('matrix?ns=shop:dev,shop:prod');
  await page.getByLabel('Select app/timeout').check();
  await page.getByRole('button', { name: 'Promote 1 key' }).click();
  await page.getByRole('button', { name: 'Review 1 change' }).click();
  const review = page.getByRole('dialog', { name: 'From shop:dev to shop:prod' });
  await review.getByText('The server would take this change').waitFor();
  await stage.api.set('shop:prod', 'app/timeout', 99);
  await review.getByRole('button', { name: 'Save 1 change' }).click();
  await review.getByRole('alert').waitFor();
  await review.getByText('refused').first().waitFor();
  expect(await stage.api.get('shop:prod', 'app/timeout')).toMatchObject({ text: '99' });
  expect(stage.faults).toEqual([]);
});
