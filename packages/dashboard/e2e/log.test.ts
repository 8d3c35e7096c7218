import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessFaults } from './harness/access.ts';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  await stage.api.set('shop', 'app/timeout', 30, { comment: 'load test' });
  await stage.api.set('other', 'a', 1);
  await stage.api.set('shop', 'pass', 'hush', { codec: 'secret' });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('shows events as they happen, filtered, paused, and exported', async () => {
  const page = await stage.open('events', { acceptDownloads: true });
  await page.getByRole('link', { name: 'app/timeout' }).waitFor(); // what was before is there
  expect(await page.content()).not.toContain('hush');
  await stage.api.set('shop', 'app/new', '<b>markup</b>');
  await page.getByRole('row', { name: /app\/new/ }).waitFor();
  await expect.poll(() => page.getByRole('row').nth(1).textContent()).toContain('app/new'); // newest first
  expect(await accessFaults(page)).toEqual([]);

  await page.getByRole('combobox', { name: 'Namespace' }).fill('shop');
  await page.getByRole('row', { name: /other/ }).waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: /^Key/ }).fill('app/');
  await page.getByRole('row', { name: /pass/ }).waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Live events' }).click();
  await page.keyboard.press('p');
  await stage.api.delete('shop', 'app/new');
  await stage.api.set('other', 'a', 2);
  await page.getByRole('button', { name: 'Go on (1 waiting)' }).click();
  await page.getByRole('row', { name: /deleted/ }).waitFor();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line)).map(({ kind, namespace, key }) => [kind, namespace, key])).toEqual([
    ['delete', 'shop', 'app/new'],
    ['set', 'shop', 'app/new'],
    ['set', 'shop', 'app/timeout'],
  ]);
  await page.getByRole('button', { name: 'Clear the log' }).click();
  await page.getByText('Nothing so far').waitFor();
  expect(stage.faults).toEqual([]);
});

test('shows who wrote what, by filters that are in the address', async () => {
  await stage.api.call('PUT', '/v1/aliases/slow', { target: 'app/timeout' });
  const page = await stage.open('audit', { acceptDownloads: true });
  await page.getByRole('row', { name: /load test/ }).waitFor();
  await page.getByRole('row', { name: /slow.*→ "?app\/timeout/ }).waitFor();
  expect(await page.content()).not.toContain('hush');
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole('combobox', { name: 'What' }).selectOption('delete');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await expect.poll(() => new URL(page.url()).search).toBe('?op=delete');
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'CSV' }).click(),
  ]);
  const [head, line] = readFileSync(await download.path(), 'utf8').split('\r\n');
  expect(head).toBe('time,revision,kind,namespace,key,version,author,comment,text');
  expect(line).toContain(',delete,shop,app/new,');
  await page.goto(`${stage.url}audit?ns=shop&key=app/timeout&from=2001-01-01T00:00`);
  await page.getByRole('row', { name: /load test/ }).waitFor();
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.goto(`${stage.url}audit?to=2001-01-01T00:00`);
  await page.getByText('Nothing was written').waitFor();
  await page.getByRole('link', { name: 'Namespaces' }).click();
  expect(stage.faults).toEqual([]);
});
