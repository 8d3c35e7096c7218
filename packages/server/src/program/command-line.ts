import { parseArgs } from 'node:util';
import { suggestion } from '../suggestion.js';
import { flags } from './flags.js';
import type { Written } from './sources.js';
import { UsageError } from './usage-error.js';

export interface CommandLine {
  readonly help: boolean;
  readonly version: boolean;
  /** The configuration file. */
  readonly config: string | undefined;
  readonly written: readonly Written[];
}

const bare = ['help', 'version'];
const names = [...flags.filter(({ isSecret }) => !isSecret).map(({ name }) => name), 'config', ...bare];
const switchNames = flags.filter(({ kind }) => kind === 'switch').map(({ name }) => name);

/** Reads the arguments. Of a flag given twice the last counts. Throws {@link UsageError}, naming what is wrong. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const switches = [...bare, ...switchNames];
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      names.map((name) => [name, { type: switches.includes(name) ? 'boolean' : 'string' } as const]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const given = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`unexpected argument ${token.value}${hint(token.value)}`);
    if (token.kind === 'option-terminator') continue;
    const denied = deniedSwitch(token.rawName);
    if (denied !== undefined && token.value === undefined) {
      given.set(denied, 'false');
      continue;
    }
    const name = shorthands[token.rawName] ?? token.name;
    if (!names.includes(name) || !(token.rawName.startsWith('--') || token.rawName in shorthands)) {
      throw new UsageError(
        `unknown flag ${token.rawName}${suggestion(
          `--${token.name}`,
          names.map((n) => `--${n}`),
        )}`,
      );
    }
    given.set(name, readValue(name, token, switches.includes(name)));
  }
  const config = given.get('config');
  return {
    help: given.has('help'),
    version: given.has('version'),
    config: typeof config === 'string' ? config : undefined,
    written: flags.flatMap((flag) => {
      const value = given.get(flag.name);
      return value === undefined ? [] : [{ flag, value, where: `--${flag.name}` }];
    }),
  };
}

/** The switch that `--no-NAME` turns off. */
const deniedSwitch = (flag: string): string | undefined => switchNames.find((name) => flag === `--no-${name}`);

const shorthands: Readonly<Record<string, string>> = { '-h': 'help' };

interface OptionToken {
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readValue(name: string, { value, inlineValue }: OptionToken, isSwitch: boolean): string | true {
  if (isSwitch) return value ?? true;
  // A word that looks like the next flag is not taken for a value.
  if (value === undefined || value === '' || (inlineValue !== true && value.startsWith('--'))) {
    throw new UsageError(`--${name} needs a value`);
  }
  return value;
}

const hint = (word: string): string => (names.includes(word) ? `; did you mean --${word}?` : '');
