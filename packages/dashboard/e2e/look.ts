// Development aid: node e2e/look.ts <out-folder>

import { fillDemo } from './harness/demo.ts';
import { setStage } from './harness/stage.ts';

const out = process.argv[2] ?? '/tmp/d1';
await using stage = await setStage();
await fillDemo(stage.api);
const shots: [string, string, ((page: import('playwright-core').Page) => Promise<void>)?][] = [
  ['home', ''],
  [
    'keys',
    'ns/shop:prod/keys',
    async (page) => {
      await page.keyboard.press('Shift+E');
    },
  ],
  ['key', 'ns/shop:prod/keys/app/db/pool'],
  ['scalar', 'ns/shop:prod/keys/features/search-boost'],
  ['secret', 'ns/shop:prod/keys/app/db/password'],
  ['history', 'ns/shop:prod/keys/app/db/pool?tab=history'],
  ['edit', 'ns/shop:prod/keys/app/http/cors?edit=1'],
  [
    'palette',
    'ns/shop:prod/keys/app/db/pool',
    async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('db');
    },
  ],
];
const only = process.argv[3]?.split(',');
for (const [kind, options] of [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }],
] as const) {
  if (process.argv[4] && process.argv[4] !== kind) continue;
  for (const [name, path, act] of shots) {
    if (only && !only.includes(name)) continue;
    const page = await stage.open(path, options);
    await page.waitForTimeout(900);
    await act?.(page);
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${out}/${name}-${kind}.png` });
    await page.context().close();
  }
}
console.log(stage.faults);
