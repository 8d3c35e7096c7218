import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillDemo } from './harness/demo.ts';
import { row } from './harness/page.ts';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  await fillDemo(stage.api);
});
afterAll(async () => {
  expect(stage.faults).toEqual([]);
  await stage[Symbol.asyncDispose]();
});

const keys = 'ns/shop:prod/keys';

test('shows keys as a tree or a list, and filters as one types; the address says it all', async () => {
  const page = await stage.open(keys);
  const tree = page.getByRole('tree');
  await row(page, 'app').click();
  await row(page, 'db').click();
  await row(page, 'pool').click();
  await page.getByRole('heading', { name: 'app/db/pool' }).waitFor();
  expect(page.url()).toBe(`${stage.url}${keys}/app/db/pool`);

  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('features note:tax');
  await page.getByRole('status').filter({ hasText: '1 of 14 keys' }).waitFor();
  await expect.poll(() => tree.getByRole('treeitem').count()).toBe(2);
  await expect.poll(() => page.url()).toContain('q=features+note');

  const copy = await stage.open(page.url().slice(stage.url.length));
  await copy.getByRole('status').filter({ hasText: '1 of 14 keys' }).waitFor();
  await copy.getByRole('heading', { name: 'app/db/pool' }).waitFor();
  await copy.getByRole('button', { name: 'Show as a flat list' }).click();
  await row(copy, 'features/checkout-v2').click();
  await copy.getByRole('heading', { name: 'features/checkout-v2' }).waitFor();
  await copy.goBack();
  await copy.getByRole('heading', { name: 'app/db/pool' }).waitFor();
});

test('reads a value laid out, raw and in hex, with who changed it and why', async () => {
  const page = await stage.open(`${keys}/app/db/pool`);
  await page.getByRole('textbox', { name: 'Value of app/db/pool' }).getByText('"idleTimeoutMs"').waitFor();
  const facts = page.getByRole('complementary', { name: 'Details' });
  await facts.getByText('Pool to 40').waitFor();
  await facts.getByText('db-pool').waitFor();
  await page.getByText('Raw', { exact: true }).click();
  await page.getByText('{"min":2,"max":40,"idleTimeoutMs":30000}').first().waitFor();
  await page.getByText('Hex', { exact: true }).click();
  await expect.poll(() => page.getByRole('textbox', { name: 'Hex' }).inputValue()).toContain('7b 22 6d 69 6e');
});

test('masks a secret, reveals it on demand, and keeps it out of drafts', async () => {
  const page = await stage.open(`${keys}/app/db/password`);
  await page.getByRole('button', { name: 'Reveal' }).waitFor();
  expect(await page.content()).not.toContain('s3cr3t');
  await page.getByRole('button', { name: 'Reveal' }).click();
  await page.getByText('s3cr3t-pass').waitFor();
  await page.getByRole('button', { name: 'Hide' }).click();
  await page.getByText('s3cr3t-pass').waitFor({ state: 'detached' });

  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Editor of app/db/password' }).fill('another-one');
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog').getByText('This is a secret').waitFor();
  const stored = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open('cfg-drafts');
        open.onsuccess = () => {
          const all = open.result.transaction('drafts').objectStore('drafts').getAll();
          all.onsuccess = () => resolve(JSON.stringify(all.result));
        };
      }),
  );
  expect(stored).not.toContain('another-one');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('saved as version 2').waitFor();
  expect((await stage.api.get('shop:prod', 'app/db/password'))?.text).toBe('another-one');
});

test('makes, renames, copies, sets to expire, deletes and takes the deletion back', async () => {
  const page = await stage.open('ns/shop:dev/keys');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog.getByLabel('Key').fill('new//bad key');
  await dialog.getByText('A key may not contain').waitFor();
  await dialog.getByLabel('Key').fill('new/one');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Editor of new/one' }).fill('{"a": 1}');
  await page.keyboard.press('Control+s');
  await dialog.getByLabel('Comment').fill('first');
  await page.keyboard.press('Control+Enter');
  await page.getByText('new/one saved as version 1').waitFor();
  expect(await stage.api.get('shop:dev', 'new/one')).toMatchObject({ text: '{"a": 1}', comment: 'first' });

  await page.keyboard.press('r');
  await dialog.getByLabel('New name').fill('new/two');
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('heading', { name: 'new/two' }).waitFor();
  expect(await stage.api.get('shop:dev', 'new/one')).toBeUndefined();
  expect((await stage.api.get('shop:dev', 'new/two'))?.text).toBe('{"a": 1}');

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Copy to…' }).click();
  await dialog.getByLabel('To namespace').fill('shop:stage');
  await dialog.getByLabel('New name').fill('copied');
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByText('1 key copied to shop:stage').waitFor();
  expect((await stage.api.get('shop:stage', 'copied'))?.text).toBe('{"a": 1}');

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Set expiry' }).click();
  await dialog.getByText('Hours').click();
  await dialog.getByLabel('Delete by itself in').fill('2');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('The expiry is set').waitFor();
  expect(Date.parse((await stage.api.get('shop:dev', 'new/two'))?.expiresAt ?? '')).toBeGreaterThan(Date.now());

  await page.keyboard.press('d');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('new/two deleted').waitFor();
  expect(await stage.api.get('shop:dev', 'new/two')).toBeUndefined();
  await page.keyboard.press('u');
  await page.getByText('Undone').waitFor();
  expect((await stage.api.get('shop:dev', 'new/two'))?.text).toBe('{"a": 1}');

  // A key that somebody has made anew meanwhile is not taken away.
  await page.goto(`${stage.url}ns/shop:dev/keys/new/two`);
  await page.getByRole('heading', { name: 'new/two' }).waitFor();
  await row(page, 'two').waitFor(); // the list knows which version is deleted
  await page.keyboard.press('d');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await stage.api.set('shop:dev', 'new/two', 'theirs');
  await page.keyboard.press('u');
  await page.getByRole('alert').filter({ hasText: 'Could not be undone' }).waitFor();
  expect((await stage.api.get('shop:dev', 'new/two'))?.text).toBe('"theirs"');
});

test('deletes several keys only when the namespace is typed, and shows what was deleted', async () => {
  await stage.api.setMany('bulk', { 'a/one': 1, 'a/two': 2, b: 3 });
  const page = await stage.open('ns/bulk/keys');
  await row(page, 'a').waitFor();
  await page.getByRole('tree').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('x');
  await page.getByText('2 marked').waitFor();
  await page.getByRole('button', { name: 'Delete 2 keys' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Delete', exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel('Type bulk to delete').fill('bulk');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('2 keys deleted').waitFor();
  expect(await stage.api.get('bulk', 'a/one')).toBeUndefined();
  await page.getByRole('button', { name: 'Show deleted keys' }).click();
  await page.getByRole('status').filter({ hasText: '3 keys' }).waitFor();
});

test('opens a large value without freezing, and bytes in hex', async () => {
  const big = `{${Array.from({ length: 20_000 }, (_, at) => `"member-${at}":"${'x'.repeat(30)}"`).join(',')}}`;
  await stage.api.set('large', 'big', big, { codec: 'json' });
  await stage.api.call('POST', '/v1/namespaces/large/keys/bytes', { value: 'AAEC/w==', codec: 'raw' });
  const page = await stage.open('ns/large/keys/big');
  await page.getByText('"member-0"').first().waitFor();
  await row(page, 'bytes').click();
  await expect.poll(() => page.getByRole('textbox', { name: 'Hex' }).inputValue()).toContain('00 01 02 ff');
});
