// The pictures in docs/: node packages/dashboard/e2e/screenshots.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { fillDemo } from './harness/demo.ts';
import { setStage } from './harness/stage.ts';

const folder = fileURLToPath(new URL('../docs', import.meta.url));
mkdirSync(folder, { recursive: true });

const type = (text: string) => async (page: Page) => {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(text);
};

const screens: readonly (readonly [name: string, path: string, act?: (page: Page) => Promise<void>])[] = [
  ['home', ''],
  ['key', 'ns/shop:prod/keys/app/db/pool'],
  ['history', 'ns/shop:prod/keys/app/db/pool?tab=history'],
  ['edit', 'ns/shop:prod/keys/app/http/cors?edit=1'],
  ['palette', 'ns/shop:prod/keys/app/db/pool', type('db')],
  ['blame', 'ns/shop:prod/keys/app/db/pool?tab=history&show=blame'],
  ['time-travel', 'ns/shop:prod/history?rev=43'],
  ['matrix', 'matrix?ns=shop:dev,shop:stage,shop:prod'],
  ['audit', 'audit'],
  ['status', 'status', (page) => page.getByText('…', { exact: true }).first().waitFor({ state: 'detached' })],
];

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  'phone-dark': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' },
};

const chosen = process.argv.slice(2);
await using stage = await setStage();
await fillDemo(stage.api);
await fetch(`${stage.url}metrics`); // calls are counted from the first look on
for (const [look, options] of Object.entries(looks)) {
  for (const [name, path, act] of screens) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const page = await stage.open(path, options);
    await page.locator('main > :not([aria-busy])').first().waitFor();
    await page.waitForTimeout(700);
    await act?.(page);
    await page.waitForTimeout(500);
    writeFileSync(`${folder}/${name}-${look}.png`, await page.screenshot());
    await page.goto('about:blank'); // so that the next one meets nobody
    await page.context().close();
  }
}
if (stage.faults.length > 0) throw new Error(stage.faults.join('\n'));
