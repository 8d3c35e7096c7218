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

/** What `cfg` prints on a terminal of 40 columns. */
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
