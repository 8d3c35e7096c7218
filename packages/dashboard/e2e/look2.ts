import { fillDemo } from './harness/demo.ts';
import { setStage } from './harness/stage.ts';

const [out = '/tmp/d2', only = '', kinds = 'light,dark,phone'] = process.argv.slice(2);
await using stage = await setStage();
await fillDemo(stage.api);
const shots: [string, string][] = [
  ['matrix', 'matrix?ns=shop:dev,shop:stage,shop:prod'],
  ['matrix-empty', 'matrix'],
  ['history', 'ns/shop:prod/history?rev=40'],
  ['import', 'ns/shop:prod/import'],
  ['events', 'events'],
  ['audit', 'audit'],
  ['aliases', 'aliases'],
  ['status', 'status'],
];
for (const [kind, options] of [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }],
] as const) {
  if (!kinds.includes(kind)) continue;
  for (const [name, path] of shots) {
    if (only && !only.split(',').includes(name)) continue;
    const page = await stage.open(path, options as object);
    await page.waitForTimeout(1_200);
    await page.screenshot({ path: `${out}/${name}-${kind}.png` });
    await page.context().close();
  }
}
console.log(stage.faults);
