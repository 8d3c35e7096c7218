import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chord, row } from './harness/page.ts';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(async () => {
  expect(stage.faults).toEqual([]);
  await stage[Symbol.asyncDispose]();
});

/** Puts a text into the open editor. */
async function write(page: Page, key: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: `Editor of ${key}` }).fill(text);
}

/** Waits until the editor is gone. */
async function isClosed(page: Page, key: string): Promise<void> {
  await page.getByRole('textbox', { name: `Editor of ${key}` }).waitFor({ state: 'detached' });
}

test('a change elsewhere shows at once, and leaves an open edit alone', async () => {
  await stage.api.set('live', 'app/limit', 1);
  const [reader, writer] = [
    await stage.open('ns/live/keys/app/limit'),
    await stage.open('ns/live/keys/app/limit?edit=1'),
  ];
  await reader.getByRole('status').filter({ hasText: 'live' }).waitFor();
  await reader.getByText('somebody is editing').waitFor();
  await writer.getByText('somebody is looking').waitFor();
  await write(writer, 'app/limit', '5');
  await stage.api.set('live', 'app/limit', 2, { comment: 'from elsewhere' });
  await reader.getByRole('complementary', { name: 'Details' }).getByText('from elsewhere', { exact: true }).waitFor();
  await writer.getByRole('alert').filter({ hasText: 'Version 2 was saved while you were editing' }).waitFor();
  expect(await writer.getByRole('textbox', { name: 'Editor of app/limit' }).textContent()).toBe('5');
  await stage.api.set('live', 'app/new', 1);
  await row(reader, 'new').waitFor();
  await stage.api.delete('live', 'app/new');
  await row(reader, 'new').waitFor({ state: 'detached' });
});

test('two who save one key: what is disjoint is merged, what clashes is decided, nothing is lost', async () => {
  await stage.api.set('shared', 'pool', { min: 1, max: 10, name: 'a' });
  const [ann, bob] = [await stage.open('ns/shared/keys/pool?edit=1'), await stage.open('ns/shared/keys/pool?edit=1')];
  await write(ann, 'pool', '{"min": 2, "max": 20, "name": "a"}');
  await write(bob, 'pool', '{"min": 1, "max": 30, "name": "b"}');
  await ann.keyboard.press('Control+s');
  await ann.getByRole('dialog').getByText('max', { exact: true }).waitFor();
  await ann.keyboard.press('Control+Enter');
  await ann.getByText('saved as version 2').waitFor();

  await bob.getByRole('alert').filter({ hasText: 'Version 2' }).waitFor();
  await bob.keyboard.press('Control+s');
  const dialog = bob.getByRole('dialog');
  await dialog.getByText('Conflict at /max').first().waitFor();
  expect(await dialog.getByRole('button', { name: 'Use this and review' }).isDisabled()).toBe(true);
  await expect.poll(() => dialog.locator('.side.base pre').allTextContents()).toEqual(['10']);
  await expect.poll(() => dialog.locator('.side.theirs pre').allTextContents()).toEqual(['20']);
  await dialog.getByText('Take mine').click();
  await dialog.getByRole('button', { name: 'Use this and review' }).click();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await bob.getByText('saved as version 3').waitFor();
  expect(JSON.parse((await stage.api.get('shared', 'pool'))?.text ?? '')).toEqual({ min: 2, max: 30, name: 'b' });
});

test('a key that is deleted while it is edited can be made again', async () => {
  await stage.api.set('shared', 'gone', 1);
  const page = await stage.open('ns/shared/keys/gone?edit=1');
  await write(page, 'gone', '7');
  await stage.api.delete('shared', 'gone');
  await page.getByRole('alert').filter({ hasText: 'The key was deleted while you were editing' }).waitFor();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Create it again' }).click();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('gone saved as version').waitFor();
  expect((await stage.api.get('shared', 'gone'))?.text).toBe('7');
});

test('the server goes away in the middle of an edit: the draft stays, over a reload too, and what was missed is told', async () => {
  await stage.api.set('away', 'one', { a: 1 });
  await stage.api.set('away', 'two', 2);
  const page = await stage.open('ns/away/keys/one?edit=1');
  // The data that it is checked by has come, too.
  await write(page, 'one', '{"a": ');
  await page.locator('.edit-state.bad').waitFor();
  await write(page, 'one', '{"a": 2}');
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('text-diff')),
  );
  await stage.program.stop();
  await page.getByRole('status').filter({ hasText: 'reconnecting' }).waitFor();
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').getByText('The server does not answer').waitFor();
  await page.context().setOffline(true); // until it has missed something
  await stage.program.restart();
  await stage.api.set('away', 'two', 3);
  await page.getByRole('dialog').getByRole('button', { name: 'Back to the editor' }).click();
  await page.context().setOffline(false);
  await page.locator('button.live').click();
  await page.getByText('1 change while you were away').waitFor();

  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  const editor = page.getByRole('textbox', { name: 'Editor of one' });
  await editor.waitFor();
  await expect.poll(() => editor.textContent()).toContain('"a": 2');
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByText('one saved as version 2').waitFor();
  expect((await stage.api.get('away', 'one'))?.text).toBe('{"a": 2}');
  await page.reload();
  await row(page, 'one').waitFor();
  expect(asked).toHaveLength(1); // nothing is unsaved any more
});

test('staged changes are looked through, tried, and saved all or none', async () => {
  await stage.api.setMany('set', { a: 1, b: 2, c: 3 });
  const page = await stage.open('ns/set/keys/a?edit=1');
  await write(page, 'a', '10');
  await page.keyboard.press('Control+Shift+s');
  await page.getByText('a is staged').waitFor();
  await row(page, 'b').click();
  await page.getByRole('heading', { name: 'b', exact: true }).waitFor();
  await page.keyboard.press('e');
  await write(page, 'b', '20');
  await page.getByRole('button', { name: 'Stage', exact: true }).click();
  await isClosed(page, 'b');
  await row(page, 'c').click();
  await page.getByRole('heading', { name: 'c', exact: true }).waitFor();
  await page.keyboard.press('d');
  await page.getByRole('dialog').getByRole('button', { name: 'Stage deletion' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect((await stage.api.get('set', 'a'))?.text).toBe('1');

  // Somebody else is quicker with one of them: then none is saved.
  await stage.api.set('set', 'b', 5);
  await chord(page, 'g', 'c');
  await page.getByRole('heading', { name: 'Staged changes' }).waitFor();
  await page.getByRole('button', { name: 'Save 3 changes' }).click();
  await page.getByRole('alert').filter({ hasText: 'is at version 2, not 1' }).waitFor();
  expect((await stage.api.get('set', 'a'))?.text).toBe('1');

  await page.getByRole('button', { name: 'Compare and merge' }).click();
  await page.getByRole('textbox', { name: 'Editor of b' }).waitFor();
  await page.getByRole('alert').getByRole('button', { name: 'Compare and merge' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Take mine').click();
  await dialog.getByRole('button', { name: 'Use this and review' }).click();
  await dialog.getByRole('button', { name: 'Back to the editor' }).click();
  await page.getByRole('button', { name: 'Stage', exact: true }).click();
  await isClosed(page, 'b');
  await page.getByRole('link', { name: /Staged changes/ }).click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByText('The server would take all 3 changes').waitFor();
  expect((await stage.api.get('set', 'a'))?.text).toBe('1');
  await page.getByLabel('Comment').fill('together');
  await page.getByRole('button', { name: 'Save 3 changes' }).click();
  await page.getByText('3 changes saved').waitFor();
  expect(await stage.api.get('set', 'a')).toMatchObject({ text: '10', comment: 'together' });
  expect((await stage.api.get('set', 'b'))?.text).toBe('20');
  expect(await stage.api.get('set', 'c')).toBeUndefined();
});

test('history: who and why, two versions side by side, and back to one of them', async () => {
  for (const max of [1, 2, 3]) await stage.api.set('past', 'pool', { max, same: true }, { comment: `to ${max}` });
  const page = await stage.open('ns/past/keys/pool?tab=history');
  const list = page.getByRole('list', { name: 'History' });
  await list.getByText('to 2').waitFor();
  await list.getByRole('button', { name: /version 1/ }).click();
  await list.getByRole('button', { name: /version 3/ }).click();
  await list.getByRole('button', { name: 'Compare from here' }).last().click();
  await page.getByText('version 1 → version 3').waitFor();
  await expect.poll(() => page.locator('.diff-table tbody tr').allTextContents()).toEqual(['max13']);
  await expect.poll(() => page.url()).toMatch(/v1=1-.*v2=3-/);
  await page.getByText('Who wrote what').click();
  await page.getByRole('row', { name: /^max 3 version 3/ }).waitFor();
  await page.getByRole('row', { name: /^same true version 1 .*to 1/ }).waitFor();
  expect(page.url()).toContain('show=blame');
  await page.getByText('What changed').click();
  await list.getByRole('button', { name: /version 1/ }).click();
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  const dialog = page.getByRole('dialog');
  // Somebody writes between the preview and the click: it has to be looked at first.
  await stage.api.set('past', 'pool', { max: 99 });
  await dialog.getByRole('alert').getByRole('button', { name: 'Look again' }).click();
  await dialog.getByRole('cell', { name: '99' }).waitFor();
  await dialog.getByLabel('Comment').fill('back');
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText('pool is back to version 1').waitFor();
  expect(await stage.api.get('past', 'pool')).toMatchObject({
    text: '{"max":1,"same":true}',
    version: 5,
    comment: 'back',
  });
});
