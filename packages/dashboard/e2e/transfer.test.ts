import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessFaults } from './harness/access.ts';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  await stage.api.setMany('shop', { 'app/HOST': 'old', 'app/PORT': '80', 'app/GONE': 1, keep: true });
  await stage.api.set('shop', 'pass', 'hush', { codec: 'secret' });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('pastes an .env file, with a look at what it changes', async () => {
  const page = await stage.open('ns/shop/import');
  await page.getByLabel('Text', { exact: true }).fill('# ours\nexport HOST="db.internal"\nPORT=80\nNEW=x y\n');
  await page.getByText('Recognised: env').waitFor();
  await page.getByLabel('Put before each name').fill('app/');
  await page.getByLabel('Delete keys below app/ that are not in the text').check();
  const preview = page.getByRole('region', { name: 'What would change' });
  await preview.getByText('1 deleted').waitFor();
  await expect
    .poll(() => preview.locator('.badge').allTextContents())
    .toEqual(['1 new', '1 changed', '1 deleted', '1 as they are']);
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Review 3 changes' }).click();
  const review = page.getByRole('dialog', { name: 'Import into shop' });
  await review.getByText('The server would take all 3 changes').waitFor();
  await review.getByRole('button', { name: 'Save 3 changes' }).click();
  await page.getByText('3 changes saved').waitFor();
  expect(await stage.api.get('shop', 'app/HOST')).toMatchObject({
    text: '"db.internal"',
    comment: 'Imported from env',
  });
  expect(await stage.api.get('shop', 'app/NEW')).toMatchObject({ text: '"x y"' });
  expect(await stage.api.get('shop', 'app/PORT')).toMatchObject({ version: 1 });
  expect(await stage.api.get('shop', 'app/GONE')).toBeUndefined();
  expect(await stage.api.get('shop', 'keep')).toMatchObject({ version: 1 });
  expect(stage.faults).toEqual([]);
});

test('takes a YAML file, makes keys of its objects, and names what cannot be one', async () => {
  const page = await stage.open('ns/fresh/import');
  const yaml = 'db:\n  host: x\n  pool: {max: 12345678901234567890}\nmy port: 1\nnothing: null\n';
  const file = { name: 'values.yaml', mimeType: 'text/yaml', buffer: Buffer.from(yaml) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText('2 names or values cannot be taken:').waitFor();
  await page.getByText('null is no value').waitFor();
  expect(await page.getByRole('button', { name: /^Review/ }).isDisabled()).toBe(true);
  await page.getByLabel('Text', { exact: true }).fill(yaml.replace('nothing: null\n', ''));
  await page.getByLabel('Change names that cannot be keys').check();
  await page.getByText('my port → my_port').waitFor();
  await page.getByLabel('Make a key of each value inside objects').check();
  await page.getByRole('button', { name: 'Review 3 changes' }).click();
  await page.getByRole('button', { name: 'Save 3 changes' }).click();
  await page.getByText('3 changes saved').waitFor();
  expect(await stage.api.get('fresh', 'db/pool/max')).toMatchObject({ text: '12345678901234567890' });
  expect(await stage.api.get('fresh', 'db/host')).toMatchObject({ text: '"x"' });
  expect(await stage.api.get('fresh', 'my_port')).toMatchObject({ text: '1' });
});

test('says where a text cannot be read', async () => {
  const page = await stage.open('ns/shop/import');
  await page.getByLabel('Text', { exact: true }).fill('{"a": 1,\n}');
  await page.getByText('This cannot be read:').waitFor();
  await page.getByLabel('Text', { exact: true }).fill('[1, 2]');
  await page.getByText('The text must be an object').waitFor();
});

test('exports what can be imported again, and secrets only where that is said', async () => {
  const page = await stage.open('ns/shop/import', { acceptDownloads: true });
  await page.getByRole('button', { name: 'Export all keys' }).click();
  const text = page.getByLabel('Exported text');

  await page.getByText('4 keys').waitFor();
  await expect
    .poll(async () => JSON.parse((await text.inputValue()) || 'null'))
    .toEqual({
      'app/HOST': 'db.internal',
      'app/NEW': 'x y',
      'app/PORT': '80',
      keep: true,
    });
  expect(await accessFaults(page)).toEqual([]);
  await page.getByText('.env', { exact: true }).last().click();
  await expect.poll(() => text.inputValue()).toBe("APP_HOST=db.internal\nAPP_NEW='x y'\nAPP_PORT=80\nKEEP=true\n");
  await page.getByText('NDJSON').last().click();
  await page.getByLabel('With 1 secret').check();
  await expect.poll(() => text.inputValue()).toContain('{"key":"pass","codec":"secret","text":"hush"}');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('shop.ndjson');
  const saved = readFileSync(await download.path(), 'utf8');
  const other = await stage.open('ns/copy/import');
  await other.getByLabel('Text', { exact: true }).fill(saved);
  await other.getByRole('button', { name: 'Review 5 changes' }).click();
  await other.getByRole('button', { name: 'Save 5 changes' }).click();
  await other.getByText('5 changes saved').waitFor();
  expect(await stage.api.get('copy', 'pass')).toMatchObject({ text: 'hush', codec: 'secret' });
  expect(await stage.api.get('copy', 'app/HOST')).toMatchObject({ text: '"db.internal"' });
  expect(stage.faults).toEqual([]);
});
