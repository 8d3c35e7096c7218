import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { workplaces } from './test/workplace.js';

const workplace = workplaces();

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of the README's session, with what they print. */
function session(): Step[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /```console\n([\s\S]*?)```/.exec(readme) ?? [];
  const steps = block.split(/^\$ /m).slice(1);
  return steps.map((step) => ({
    command: step.slice(0, step.indexOf('\n')),
    output: step.slice(step.indexOf('\n') + 1),
  }));
}

/** The words of a command, as a shell would have them. */
const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

it('the session of the README goes as it says', async () => {
  const { address, home, start } = await workplace({ env: {} });
  let code: number | null = 0;
  for (const { command, output } of session().filter((step) => !step.command.includes('jq'))) {
    if (command === 'echo $?') {
      expect(`${code}\n`).toBe(output);
      continue;
    }
    const [name, ...args] = words(command.replace('http://127.0.0.1:9090', address));
    expect(name).toBe('cfg');
    const result = await start(args).result();
    code = result.code;
    const printed = (result.stdout + result.stderr).replaceAll(home, '~').replaceAll(address, 'http://127.0.0.1:9090');
    expect(printed, command).toBe(output);
  }
});
