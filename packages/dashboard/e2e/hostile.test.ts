// Whatever comes from the server is text: no key, value, comment, name or error runs, or breaks the page.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLoaded } from './harness/page.ts';
import { type Stage, setStage } from './harness/stage.ts';

const markup = '<img src=x onerror="document.title=\'pwned\'"><script>document.title="pwned"</script>';
const hostile = `${markup}\${7*7}{{7*7}}javascript:alert(1)`;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  await stage.api.set('hostile', 'app/value', { [hostile]: hostile, plain: 1 }, { comment: hostile });
  await stage.api.set('hostile', 'app/value', { [hostile]: `${hostile}2` }, { comment: hostile });
  await stage.api.set('hostile', 'app/text', hostile, { comment: hostile });
  await stage.api.set('hostile', 'app/yaml', `a: '${hostile.replaceAll("'", "''")}'`, { codec: 'yaml' });
  await stage.api.set('hostile', '__proto__/constructor', 1);
});
afterAll(async () => {
  expect(stage.faults).toEqual([]);
  await stage[Symbol.asyncDispose]();
});

test.each([
  '',
  'ns/hostile/keys/app/value',
  'ns/hostile/keys/app/value?tab=history',
  'ns/hostile/keys/app/text',
  'ns/hostile/keys/app/yaml?edit=1',
  'ns/hostile/keys/__proto__/constructor',
  'ns/hostile/history',
  'matrix?ns=hostile',
  'events',
  'audit',
  'aliases',
  'changes',
  `search?q=${encodeURIComponent(markup)}`,
  `ns/${encodeURIComponent(markup)}/keys/${encodeURIComponent(markup)}`,
  `ns/hostile/keys?q=${encodeURIComponent(markup)}&v1=${encodeURIComponent(markup)}&rev=${encodeURIComponent(markup)}`,
])('%s shows markup as text', async (path) => {
  const page = await stage.open(path);
  await page.waitForLoadState('load');
  await isLoaded(page);
  expect(await page.title()).not.toBe('pwned');
  expect(await page.locator('main img, main script, main iframe').count()).toBe(0);
  await page.context().close();
});

test('answers of a hostile server, and a broken one, are told as text', async () => {
  const page = await stage.open('ns/hostile/keys/app/value');
  await page.getByRole('heading', { name: 'app/value' }).waitFor();
  const bodies = [
    `{"message":${JSON.stringify(hostile)},"details":"none"}`,
    'not JSON',
    '{"entry":{"value":"%%%"}}',
    '[]',
  ];
  for (const [at, body] of bodies.entries()) {
    await page.route('**/v1/namespaces/hostile/keys/app%2Ftext', (route) =>
      route.fulfill({ status: at === 0 ? 500 : 200, body, headers: { 'content-type': 'application/json' } }),
    );
    await page.goto(`${stage.url}ns/hostile/keys/app/text`);
    await page.getByRole('alert').first().waitFor();
    expect(await page.title()).not.toBe('pwned');
    await page.unroute('**/v1/namespaces/hostile/keys/app%2Ftext');
  }
});
