import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

const values: Readonly<Record<string, string>> = {
  'app/db-host': 'db1',
  'app/empty': '',
  'app/spaces': '  a  b ',
  'app/dollar': '$HOME `x` "y" \\n #z',
  'app/quote': "it's # fine",
  'app/lines': 'one\ntwo\n\nA=b\n',
  'app/japanese': '日本',
};

it('cfg export --format env writes what a shell and cfg apply read back', async () => {
  const { prints, file, cfg, objects } = await workplace();
  await prints('import', file('keys.json', JSON.stringify({ ...values, 'app/list': { a: [1, 2] } })));
  await prints('set', 'app/password', '--codec', 'secret', 'hunter2');
  const { stdout, stderr } = await cfg('export', 'app/', '--format', 'env');
  expect(stderr).toBe('left out: 1 secret value; --reveal exports them\n');
  expect(stdout).toContain("DB_HOST=db1\nDOLLAR='$HOME");
  const expected = Object.fromEntries(
    [...Object.entries(values), ['app/list', '{"a":[1,2]}'] as const].map(([key, value]) => [
      key.slice('app/'.length).replace('-', '_').toUpperCase(),
      value,
    ]),
  );

  const path = file('exported.env', stdout);
  await prints('apply', '-f', path, '-n', 'copy');
  const applied = await objects('list', '-n', 'copy');
  expect(Object.fromEntries(applied.map(({ key, value }) => [key, value]))).toEqual(expected);

  const script = 'set -a; . "$1"; exec "$2" -e "console.log(JSON.stringify(process.env))"';
  const seen = JSON.parse(
    execFileSync('/bin/sh', ['-c', script, 'sh', path, process.execPath], { env: {} }).toString(),
  );
  expect(seen).toMatchObject(expected);
  expect(await prints('export', 'app/', '--format', 'env', '--reveal')).toContain('PASSWORD=hunter2\n');
});

it.each([
  [{ 'a-b': '1', 'a.b': '2' }, 'a-b and a.b are both the variable A_B', 2],
  [{ a: 'it\'s "x"', b: 'fine', c: 'x\ry' }, 'a, c: in an .env file no value can have', 1],
])('cfg export --format env refuses %j', async (keys, message, code) => {
  const { prints, cfg, file } = await workplace();
  await prints('import', file('keys.json', JSON.stringify(keys)));
  expect(await cfg('export', '--format', 'env')).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
});
