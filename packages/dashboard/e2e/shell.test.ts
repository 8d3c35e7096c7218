import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessFaults } from './harness/access.ts';
import { fillDemo } from './harness/demo.ts';
import { chord, isLoaded, row } from './harness/page.ts';
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

const screens = [
  '',
  'ns/shop:prod/keys?view=list',
  'ns/shop:prod/keys/app/db/pool',
  'ns/shop:prod/keys/app/db/password',
  'ns/shop:prod/keys/app/db/pool?tab=history',
  'ns/shop:prod/keys/app/http/cors?edit=1',
  'ns/shop:prod/keys/no/such/key',
  'changes',
  'search?q=db',
  'nowhere',
];

test.each(screens)(
  '%s: nothing that keeps people out, light and dark, wide and narrow, in German too',
  async (path) => {
    const page = await stage.open(path, { locale: 'de-DE' });
    await isLoaded(page);
    expect(await accessFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await accessFaults(page)).toEqual([]);
    // No text is cut off, and nothing has to be pushed aside.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const cut = await page
      .locator('button:visible, .badge:visible, h1:visible:not(.hidden)')
      .evaluateAll((all) =>
        all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.outerHTML.slice(0, 120)),
      );
    expect(cut).toEqual([]);
    await page.context().close();
  },
);

test('everything by keyboard: the palette finds keys, values, namespaces and commands; ? tells the keys', async () => {
  const page = await stage.open('ns/shop:prod/keys');
  await page.getByRole('treeitem').first().waitFor();
  const palette = page.getByRole('dialog', { name: 'Search and commands' });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('db pool');
  await palette.getByRole('option', { name: 'app/db/pool' }).first().waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'app/db/pool' }).waitFor();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('smtp.shop');
  await palette
    .getByRole('option', { name: /mail\/smtp.*in the value/ })
    .first()
    .click();
  await page.getByRole('heading', { name: 'mail/smtp' }).waitFor();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('matrix');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Matrix' }).waitFor();

  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.getByText('Switch namespace').waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await chord(page, 'g', 'n');
  const filter = page.getByRole('combobox', { name: 'Filter namespaces' });
  await expect
    .poll(() => filter.evaluateAll((found) => found.includes(document.activeElement as HTMLElement)))
    .toBe(true);
  await page.keyboard.type('billing:prod');
  await page.keyboard.press('Enter');
  await row(page, 'app').waitFor();
  expect(page.url()).toBe(`${stage.url}ns/billing:prod/keys`);
});

test('menus and tips belong to where they were opened, and in a dialog they are above it', async () => {
  const page = await stage.open('ns/shop:prod/keys/app/db/pool');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Copy link' }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  const close = page.getByRole('dialog').getByRole('button', { name: 'Close' });
  await close.waitFor();
  const tip = page.locator('.tip');
  expect(await tip.count()).toBe(0); // none shows by itself
  await page.keyboard.press('Tab');
  await tip.waitFor();
  const isOnTop = await tip.evaluate((found) => {
    const { x, y, width, height } = found.getBoundingClientRect();
    return found.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  });
  expect(isOnTop).toBe(true);
  expect(await accessFaults(page)).toEqual([]);
  await page.keyboard.press('Escape'); // a tip does not take it from the dialog
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('theme, time zone, language and favourites are remembered', async () => {
  const page = await stage.open('ns/shop:prod/keys/app/db/pool');
  const choose = async (name: string) => {
    await page.getByRole('button', { name: /Preferences|Einstellungen/ }).click();
    await page.getByRole('menuitemradio', { name }).click();
  };
  await choose('Dark');
  await choose('UTC');
  await choose('Deutsch');
  await page.getByRole('link', { name: 'Namensräume' }).click();
  await page
    .getByRole('listitem')
    .filter({ hasText: 'platform' })
    .getByRole('button', { name: 'Zu Favoriten hinzufügen' })
    .click();
  await page.reload();
  await page.getByRole('navigation').getByRole('link', { name: 'platform' }).waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(21, 23, 28)');
  await page.goto(`${stage.url}ns/shop:prod/keys/app/db/pool`);
  await page.getByText(/UTC/).first().waitFor();
});

test('what one may not do is neither shown nor pressed', async () => {
  const policy = join(stage.program.folder, 'rbac.yaml');
  writeFileSync(
    policy,
    "roles:\n  reader:\n    - actions: [read, list, watch]\n      namespaces: ['shop:*']\nanonymous: [reader]\n",
  );
  await using own = await setStage('--guard', `rbac:${policy}`);
  const page = await own.open('ns/shop:prod/keys');
  await page.getByText('You may read this namespace').waitFor();
  expect(await page.getByRole('button', { name: 'New key' }).count()).toBe(0);
  await page.keyboard.press('n');
  expect(await page.getByRole('dialog').count()).toBe(0);
});
