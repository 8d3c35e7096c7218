// The files that a browser has to load, by the manifest of the build and by its real requests.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { setStage } from './harness/stage.ts';

const app = fileURLToPath(new URL('../dist/app', import.meta.url));

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const manifest: Readonly<Record<string, Chunk>> = JSON.parse(readFileSync(join(app, 'manifest.json'), 'utf8'));

/** The files that come with a chunk, its own and those that it imports at once. */
function filesOf(names: readonly string[]): Set<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`no chunk ${name}`);
    files.add(chunk.file);
    for (const style of chunk.css ?? []) files.add(style);
    for (const other of chunk.imports ?? []) visit(other);
  };
  for (const name of names) visit(name);
  return files;
}

const gzipKib = (files: Iterable<string>, ending: string): number =>
  [...files]
    .filter((file) => file.endsWith(ending))
    .reduce((sum, file) => sum + statSync(join(app, `${file}.gz`)).size, 0) / 1024;

test('the first load, with the screen of keys, is within its budget, and so is the editor', () => {
  const first = filesOf(['index.html', 'src/screens/keys/keys.tsx']);
  const editor = [...filesOf(['src/editor/code-editor.tsx', 'src/editor/text-diff.tsx'])].filter(
    (file) => !first.has(file),
  );
  expect(gzipKib(first, '.js')).toBeLessThanOrEqual(170);
  expect(gzipKib(first, '.css')).toBeLessThanOrEqual(12);
  expect(gzipKib(editor, '.js')).toBeLessThanOrEqual(135);
});

test('the licences of all that is bundled come along', () => {
  const text = readFileSync(join(app, 'licenses.md'), 'utf8');
  for (const name of [
    'react',
    'lucide-react',
    '@codemirror/view',
    '@fontsource-variable/inter',
    '@fontsource-variable/jetbrains-mono',
    'yaml',
    'smol-toml',
  ]) {
    expect(text).toContain(`## ${name} - `);
  }
  expect(text).toContain('SIL OPEN FONT LICENSE');
});

test('nothing comes from elsewhere, nothing is inline, and what is large comes compressed', async () => {
  await using stage = await setStage();
  await stage.api.set('a', 'b', { c: 1 });
  const page = await stage.open();
  const answers: { url: string; encoding: string | undefined; cache: string | undefined }[] = [];
  page.on('response', (response) => {
    const headers = response.headers();
    answers.push({ url: response.url(), encoding: headers['content-encoding'], cache: headers['cache-control'] });
  });
  await page.goto(`${stage.url}ns/a/keys/b`);
  await page.getByRole('textbox', { name: 'Value of b' }).getByText('"c"').waitFor();
  expect(await page.locator('script:not([src])').count()).toBe(0);
  const assets = answers.filter(({ url }) => url.includes('/assets/'));
  expect(assets.length).toBeGreaterThan(3);
  for (const { url, encoding, cache } of assets) {
    if (/\.(?:js|css)$/.test(url)) expect([url, encoding]).toEqual([url, expect.stringMatching(/^(?:br|gzip)$/)]);
    expect([url, cache]).toEqual([url, expect.stringContaining('immutable')]);
  }
  expect(stage.faults).toEqual([]);
});
