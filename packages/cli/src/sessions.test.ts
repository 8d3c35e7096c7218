import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { type Workplace, workplaces } from './test/workplace.js';

const workplace = workplaces();
const shownAddress = 'http://127.0.0.1:9090';

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of the README's sessions, with what they print. */
function steps(): Step[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block = '']) =>
    block.split(/^\$ /m).slice(1),
  );
  return blocks.flat().map((step) => {
    const end = step.indexOf('\n');
    return { command: step.slice(0, end), output: step.slice(end + 1) };
  });
}

/** The words of a command, as a shell would have them. */
const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/** Runs `cfg` at the home, as the README has it. Returns its output, stdout first and stderr first, and its exit code. */
async function run(
  { address, home, cfg, quickly }: Workplace,
  command: string,
): Promise<{ readonly printed: readonly string[]; readonly code: number | null }> {
  const [name, ...args] = words(command.replace(shownAddress, address));
  expect(name).toBe('cfg');
  const { code, stdout, stderr } = await (args[0] === 'run' ? cfg : quickly)(...args);
  const shown = (text: string): string => text.replaceAll(home, '~').replaceAll(address, shownAddress);
  return { printed: [shown(stdout + stderr), shown(stderr + stdout)], code };
}

it('the sessions of the README go as they say', async () => {
  const empty = { env: {} };
  let place = await workplace(empty);
  let code: number | null = 0;
  const isReal = ({ command }: Step): boolean => !command.includes('jq');
  for (const { command, output } of steps().filter(isReal)) {
    if (command.startsWith('cat ')) {
      // A file, and with the first one a server that is empty.
      if (command.includes('app.yaml')) {
        place = await workplace(empty);
        await run(place, `cfg login ${shownAddress}`);
      }
      place.file(command.slice('cat '.length), output);
    } else if (command.startsWith('unzip -p ')) {
      const [archive = '', name = ''] = words(command).slice(2);
      place.file(archive, zipSync({ [name]: new TextEncoder().encode(output) }));
    } else if (command === 'echo $?') {
      expect(`${code}\n`).toBe(output);
    } else {
      const result = await run(place, command);
      code = result.code;
      expect(result.printed, command).toContain(output);
    }
  }
});
