import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessFaults } from './harness/access.ts';
import { isLoaded } from './harness/page.ts';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage('--cluster', 'memberlist://127.0.0.1:0', '--node-id', 'a', '--advertise', '127.0.0.1:1');
  await stage.api.set('shop', 'app/timeout', 30);
});
afterAll(() => stage[Symbol.asyncDispose]());

const aliases = async (): Promise<Record<string, string>> => {
  const { aliases: list = [] } = (await (await stage.api.call('GET', '/v1/aliases')).json()) as {
    aliases?: { alias: string; target: string }[];
  };
  return Object.fromEntries(list.map(({ alias, target }) => [alias, target]));
};

describe('aliases', () => {
  test('are made, followed, changed, deleted and brought back', async () => {
    const page = await stage.open('aliases');
    await page.getByText('No aliases yet').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: 'Add alias' });
    await form.getByLabel('Alias').fill('slow');
    await form.getByLabel('Leads to').fill('slow');
    await form.getByText('A key cannot be an alias of itself').waitFor();
    await form.getByLabel('Leads to').fill('app/timeout');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /slow\s*app\/timeout/ }).waitFor();
    expect(await aliases()).toEqual({ slow: 'app/timeout' });

    await page.getByRole('button', { name: 'Change slow' }).click();
    await page.getByRole('dialog').getByLabel('Leads to').fill('app/other');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /slow\s*app\/other/ }).waitFor();
    expect(await aliases()).toEqual({ slow: 'app/other' });

    await stage.api.call('PUT', '/v1/aliases/fast', { target: 'app/timeout' }); // somebody else
    await page.getByRole('row', { name: /fast/ }).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete fast' }).click();
    await page.getByText('fast deleted').waitFor();
    expect(await aliases()).toEqual({ slow: 'app/other' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('row', { name: /fast/ }).waitFor();
    expect(await aliases()).toEqual({ slow: 'app/other', fast: 'app/timeout' });

    await page.getByRole('button', { name: 'Follow fast' }).click();
    await page.getByRole('menuitem', { name: 'shop' }).click();
    await page.getByRole('heading', { name: 'app/timeout' }).waitFor();
    expect(stage.faults).toEqual([]);
  });
});

describe('the status', () => {
  test('tells how the server is, how busy, and who owns what', async () => {
    const page = await stage.open('status');
    await page.getByText('ready', { exact: true }).waitFor();
    await page.getByRole('row', { name: /^a this one/ }).waitFor();
    await page.getByRole('row', { name: /Get/ }).waitFor();
    await page.getByRole('row', { name: /shop/ }).getByRole('button', { name: 'Claim' }).click();
    await page.getByRole('dialog', { name: 'Claim shop' }).getByRole('button', { name: 'Claim', exact: true }).click();
    await page.getByText('shop is now with a').waitFor();
    const { namespaces } = (await (await stage.api.call('GET', '/v1/cluster')).json()) as { namespaces: object[] };
    expect(namespaces).toMatchObject([{ namespace: 'shop', owner: 'a' }]);
    expect(await accessFaults(page)).toEqual([]);
    expect(stage.faults).toEqual([]);
  });
});

test('is whole in German, dark, on a phone', async () => {
  const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
  const page = await stage.open('', { locale: 'de-DE', colorScheme: 'dark', ...phone });
  const places = [
    'matrix?ns=shop,other',
    'ns/shop/history?rev=1',
    'ns/shop/import',
    'events',
    'audit',
    'aliases',
    'status',
  ];
  for (const place of places) {
    await page.goto(stage.url + place);
    await page.locator('main h1').waitFor();
    await isLoaded(page);
    const found = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      isWide: document.documentElement.scrollWidth > window.innerWidth,
      cut: [...document.querySelectorAll('main :is(button, h1, h2, label, .badge)')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1 && !element.classList.contains('hidden'))
        .map((element) => element.outerHTML.slice(0, 120)),
    }));
    expect([place, found]).toEqual([place, { lang: 'de', isWide: false, cut: [] }]);
    expect([place, await accessFaults(page)]).toEqual([place, []]);
  }
  expect(stage.faults).toEqual([]);
});
