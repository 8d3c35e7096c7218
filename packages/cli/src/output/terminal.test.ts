import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { mainFile } from '../test/program.js';
import { type Workplace, workplaces } from '../test/workplace.js';

const workplace = workplaces();

/** The program of util-linux that runs another one on a terminal of its own. */
const script = '/usr/bin/script';
const hasTerminals = process.platform === 'linux' && existsSync(script);

/** The output of `cfg` on a terminal of 40 columns. */
async function onTerminal(
  { address, home }: Workplace,
  args: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = `stty cols 40; '${process.execPath}' '${mainFile}' ${args}`;
  const variables = { PATH: process.env.PATH ?? '', HOME: home, CFG_ADDRESS: address, TERM: 'xterm', ...env };
  const child = spawn(script, ['-qec', command, '/dev/null'], { env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
  return (await text(child.stdout)).replaceAll('\r\n', '\n');
}

it.skipIf(!hasTerminals)('on a terminal there is colour, unless NO_COLOR is set, and lines fit', async () => {
  const place = await workplace();
  await place.prints('set', 'long', 'x'.repeat(100));
  const heading = 'KEY   VERSION  UPDATED              VAL…';
  const row = /\nlong {2}1 {8}\S+ \S+ {2}xxx…\n$/;

  const coloured = await onTerminal(place, 'list -n production');
  expect(coloured).toContain(`\u001b[1m${heading}\u001b[22m\n`);
  expect(coloured).toMatch(row);
  const plain = await onTerminal(place, 'list -n production', { NO_COLOR: '1' });
  expect(plain).toContain(`${heading}\n`);
  expect(plain).not.toContain('\u001b');
});

it.skipIf(!hasTerminals)('a value on a terminal cannot send it control characters', async () => {
  const place = await workplace();
  await place.prints('set', 'a', '"x\\u001b[2J\\ny"');
  expect(await onTerminal(place, 'get a -n production')).toBe('x\\u{1b}[2J\ny\n');
});

it.skipIf(!hasTerminals)(
  'long work says how far it is where stderr is a terminal, and nothing of it stays',
  async () => {
    const place = await workplace();
    const lines = Array.from({ length: 1_500 }, (_, i) => `{"key":"k${i}","codec":"json","text":"1"}\n`);
    place.file('all.ndjson', lines.join(''));
    const path = `${place.home}/all.ndjson`;
    const erase = '\r\u001b[K';
    const seen = await onTerminal(place, `import '${path}' -n production`);
    expect(seen.startsWith(`${erase}importing: 0 of 1,500 keys`)).toBe(true);
    expect(seen.endsWith(`${erase}1500 keys imported into production\n`)).toBe(true);
    const exported = await onTerminal(place, `export -n production > '${place.home}/out'`);
    expect(exported.startsWith(`${erase}exported: 1,000 keys`)).toBe(true);
    expect(exported.endsWith(erase)).toBe(true);
    expect(await onTerminal(place, `import '${path}' -n production --json`)).not.toContain('\u001b');
    const redirected = await onTerminal(place, `import '${path}' -n production 2> '${place.home}/err'`);
    expect(redirected).toBe('1500 keys imported into production\n');
  },
);
