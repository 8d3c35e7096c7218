import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flags } from './program/flags.js';
import { runProgram } from './test/program.js';

describe('cfg-server', () => {
  it('explains every flag', async () => {
    const { code, stdout } = await runProgram(['--help']);
    expect(code).toBe(0);
    // A secret is no flag: others on the machine would see it.
    for (const { name, isSecret } of flags) expect(stdout.includes(`--${name} `), name).toBe(isSecret !== true);
  });

  it('tells its version', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await runProgram(['--version'])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
  });

  it('says what is wrong with a setting, and exits with 2', async () => {
    expect(await runProgram(['--gprc', '127.0.0.1:0'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'cfg-server: unknown flag --gprc; did you mean --grpc?\nTry cfg-server --help.\n',
    });
  });
});
